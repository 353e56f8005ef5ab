// Made by tools/unicode/look_alikes.py from the data of UTS 39 for Unicode 15.0 (Unicode-3.0 licence).

/** Groups `look:characters`: the code points of a look, and the distances between those that have it, in base 36. */
export const lookAlikes = `
13.13:y,ig,1g,8,l8,2,4in,nd,1,2,350 33.1b.33:11,18l,548
33:1c,pb,3,1,o,2r,93,2k,2u,u,2h,3,k,w,5n,bq,3k,3k,3k,1m,1y,3k,s,2s,s,2s,s,u,1y,s,5q,3k,99,z,5b,cx,20v,2,32m,51,j7,n3g,18q,h91,p,ap,5a,18,33u,s8,f,9
30:1d,23,90,67,fk,6p,l,a,20,1m,40,61,2jk,ev,28y,d6,1qs,3i,nma,h,1bw,h5o,3j,n,83,6b,kxc,i,jk2,4gt
13:2o,gp,2,1,1,1,a,2,1,15,h2,3,3g,q,e9,1,2fp,hu,1u4,1,2,n,3,qqf,13gl,1
36.32:31,f4,bz,3hw,6e,187,qtu,1bc,h7t,2p,3xr,df 2r.mw:4i,be 3d.mt:4l,bu,gy
3c:5z,oe,3cs,1o,6o,1,21,2ws,qg,1,77,mm,nm6,ihx,10,2r,b,ed,3wl 2p.2t:6e,rz 6pu.mt:6o,2od9 33.mw:6w,8qx,ovx 2s.mt:7l
2w.mt:87,ms 2x:8h,8o,1,9b,4d,659,puc,10u,lla 2z:8o,hu,3k,3ob,186,32i,nr6,1cv,hnm 30.mw:8y 33.2t:9f,83 38.mt:9z
2q.mt:ao,kj,16 2q.lg:ar 2s.lg:b0 2v:b1,5w,1,iz,38,2uy,1vs,qqb,1bu 2u.me:b6 2z.lw:bd 30.mt:be 32.mh:bi,ex 34.lw:bp
38.lw:bx 3d.lw:c4 3e.mt:c6 1e.mt:cb 37:cd,ig,vpp,gf,vt,h64,c2,41l,h2x 72:cf,ft 30.30:ch,tr,55y,en x:cj,8lq 2v.mt:dh
1k:f7,1jb,3k,49,1d07,19dd 3e.me:f9 2t.mw:g7 2y.mt:g9 36.mt:gd,g6 2p:gh,9s,3j,3h1,1ff,1a2,pkk,1ak,h7q,lgg 2q.lw:gj
2s.mg:gm 2s.lw:gn d9:gp,hs,5re,27r,nnb d9.ke:gq x3n:gr,9m,4f,59,5gb,g8,1w5,p3m,hhq,42t,h27,jjo 2v.lw:gw
3d:gz,18,84,40,30,2ew,qm,1rb,ab,qgd,19q,h94,4dm,h0r,1o 2w.lw:h2,wfj 2x.mt:h4,5cj,1 30.ms:h7 30.mg:h9 30.f1:ha
3b:hb,du,58,1w,39q,1f6,qtl,1ax,l8n,4,1,d3,9,10kz 36.32.me:hd,gt 32.mg:hf 32:hg,lg,4,2jo,dq,2qj,49,ppa,l,izi,14j6
33.mt:hh,8z,57,3a,5v1,7,5r,1xh,o4a,ub,19,1m5b,7ay 36.mh:ho 36.mg:hp 36:hs,c3,3f8,1i7,31b,nry,19g,1,15,g,x,12mr,jj5
37.mg:hu 39:i3,8q,c8,2gz,gc,1qo,zy,49,ppt,iz,q7,4,hpg,3xe,h2i 3e.mg:i8 f1:ia,gf,2du,5i2,o7y 1r:ic,1d5,v3i
2q:ih,bd,34a,3a,8t,20,s7t,iia,v,2o 2w:ik,bl,3i,51,364,sbv,1b8,h8k 35.lw:io 2s.3e:ir 2s.f1:is 2s.i9:it 38.37:iu
38.hv:iv 38.gl:iw 2u.97:ix 30.37:iy 30.3e:iz 121:jj,k 1o:jm,3g6,hm,1vr,1f9,2caw 1q:jn,3g0,2dj,1f9,1sr4,jjs 2m:jo,2
1m:k0,14,i9,1m,8w,1,e7,ao,2g9,7r,6,1n5,d8,ptz,i4 19:k7,sd,4zg,2,1,1c,cv,138 kq:l7,wez lg:lh,no,b6,44n,ra7
li:lo,2q,kq,2,vmq 19s:lp li.lj:ls,rc,ex,3k,74,3k,73,3l,3k,1g3i le:lt,ne,b7,44i,ra8 lv:lx,lg,1i,is 18w:lz,lf
mp:m8,182 me:m9,6,i mg:ma,z,4mq mt:mu mw:mv lf:n6,lt mr:nb nk:nr,141,7 lj:ns,gx,1,7,1,2,88,2c,1,4s,71,o,74,3k,97
lm:o6,g9,4j,3x,wz,jv,3k,a1,1hs,d,4d3,j4,18py jz:ol 5qm:on,5d,w2x,ii4,14n2 gk:or,51x,vo,pxz,iuo x1b:ot 67:qa,web
61r:qc,ca,2vp,ac,2hb,q5,1il,61,15xo,u,lfb,qug 3a:ql,54,9v,3z,40,2m0,1rl,zs,49,22f,nn2,e1,y2,ho4,3jd,ca,h1k,jk5
34:qp,3j,371,1pn,h,18r,1tb,nqm,1cx,h5v 38:qs,3i,4wp,13d,111,oor,1b2,h7p,q,2s,lbp,qxq hk:qu,3i,2rg,xc,4aj,16a0
bs:rt,4zf,r35 2y:s3,2t,379,1od,qtr,1b6 1i:tt,1in8 2t:tx,3s,4sq,tj,cx,20q,nnb,18i,22,h6y gs:tz,4wh qo:u7,4x5,yv,q8c
2r:u9,4w3,335,nqt,1cl,h6b,2o,8r,67,3wt,9,17x6 jt.2q:ui at.2x:uj at:uk,x1v 5qx:un qw:vl,3mv,1al9,g4 3b.w6.w7:vx
5qm.me.li:wb 36.13:wh ty.mh:wn gs.me:wp 2z.mh:wr 2z.mt:wv,5ji 2w.mh:wz 2r.me:x7 38.mh:x9 2t.mg:xr u3.me:xy
2w.me:y0,2 xj:y4 2s:zl,31q,a7,c,1ej,qtp,1,1b1 35:10b,20,3,7vz,o62 fr:12t hc:12y,2i1
2u:138,374,1rd,f4,q3k,gj,2x,po,h8y,u,hs,3vh,10lt ld:13w,1,3f,1i,6x,el 13u:144 13t:148 13q:14d 13s:14e
mb:14k,h,47,i9,27,3k,3k,3k,3k,3hd,1avx,1hs,l5 30.13:169 33.1b.33.33:16x,55z 33.1b.33.33.33:16y,55z 18:171,2m,52n,q8v
189:173 18p.1cr:17v,k,1r,1r,k 183.1cr:184 18p.le:18d 18p:18q,10,24,i,6,dn ln:18r,it mh:192,4g6 lu:193 lw:199 191:19b
1a:19c,40,h,1,v7a,7q,jsy,13bx i4:19k,40,2m1,1rq,368,nn2,dl,i4f,gb,l0l 170:19o,7uu 16:19p,541,cp,18g8 1b5:19r,gc,1
30.19w:19u 30.191:19v 18p.179:1a1,1u 17x.190:1a9,6p 17x.1cr:1ad 17z.179:1ag 1ai.179:1aj 17z.1cr:1am 181.179:1ap
181.li:1aq 181.1cr:1aw 185.1cr:1b2 187.1cr:1b3 1b5.1cr:1b8,4 18h:1bb 18j:1bd,1 18j.1cr:1bh,52 1bj.1cr:1bo 18k.li:1bp
18k.1cr:1br 17t:1c3,5nm 18o.li:1c6 18o.lv:1c7 18o.19s:1c8 18o.le:1c9 18o.1cr:1cb 18p.li:1ce,3s 1a3:1cg 17z.le:1da
181.le:1db 19e:1de,w65 19f:1df,2n6e 19g:1dg 19i:1di 19l:1dl,ha,1hml 17l.nc:1dp 18l.nc:1dq 33.le:1dr 1fg:1fm
17s.1cr:1g1 1bg:1gi 1g4:1gn,8y 18m.179:1go 18m.li:1gp 181.190:1gs 1av.179:1gx 183.le:1ha lk:1kj,6w 2n:1kq
17s.190:1pd 1b6.1cr:1pg 18l.1cr:1pj 18p.190:1pk 17z.mc.mb:1pq 185.mc.mb:1pr 1bj:1ps 18o:1pt,1df7 182.le:1pu
17s.1cy:1py 18p.1cr.1cy:1pz 181.li.lj:1q1 18p.li.lj:1q2 18s:1r9,3,9 mc:1ri,3xs 18t:1rm no:1rt np:1ru nm:1s0
1s5.1ty:1s4 1s5.1tq:1s6 1tc.1u5.1s7:1s8 1sf.1tx:1sd 1sf.1ty:1se 1sf.1tz:1sg 1s5.1u1:1sh 1s5.1tq.1ty:1si
1s5.1tq.1tz:1sj 1s5.1tq.1u0:1sk lc:1ub 1us.1us:1ut 1vp.1xa:1vq 1vv.1xf:1y8,1 1l:1yl,3e,75,ed,1gtb,a
1vn:1z7,e8,3k,3k,3k,j9,1fgp 1z9.20u:1za 22a.20v:1zb 22a.20w:1zc 22b.20x:1zd 22b.20y:1ze 22a.213:1zj 1z9.214:1zk
1z9.218:1zo 1ty:217 1u5:219,3k 22t.24e:22u 22t.24l:231 22t.24n:233 22t.24o:234 22t.24e.24l:235 22t.24e.24n:237
22t.24e.24o:238 1tp:24d 1tt:24h 1tu:24i 1uw:25k 1ux:25l 1uy:25m 1v2:25q 1v4:25s,5h8,1a8f,7g 26d.27y:26e 2a1.2b7:2a2
2a8:2ak,ao 2a0:2b4,e 2ax:2bs 2b7:2c7 2ad:2cn 2a1:2co,81 2ai:2cq 2a0.2bl:2cr 2ai.2bl:2cs 2a6:2ct 29x:2cu 2b3:2cw
2ai.2bm:2cy 2b2.2bk:2d0 2cz:2d1 2a6.2b9:2d3 2bb:2d4 2aw.2bk:2d6 2du.2fp:2dv,3k 2du.2fg:2dw,3k 2eo.14s:2e8 2e9.mb:2ea
2ef.14s:2ed 2ek.mb:2el 2et.2f5:2em 2et.mb:2ev 2et.2f2:2ex 2f5.2f2:2f6 2f7.2f2:2f8 2dn.2f2:2g0 2do.2f2:2g1 2dh:2h1
2di:2h2 2dj:2h3 2du:2he 2e4:2ho 2e6:2hq 2eb:2hv 2en:2i7 2ep:2i9 2eq:2ia 2h8.2im:2jl 2g7:2jr 2g8:2js 2gf:2jz
2kn.2mv:2ko 2a1.2mv:2kq 2lk.2m9:2ks,d,2o 2ku.2me:2kw 2ky.2m6:2kz 2ky.2mv:2l0 2ar:2lf 2ls:2lt 2b8:2lw 2ba:2ly
2an.2bj:2m2 2bj:2m7,1 2m9:2ma,1 2me.2me:2mg 1v5:2mm 2lk.2ml.2lq:2my 33.2ls.33:2n3 2la:2n5 2ls.2ml:2ne,i
2li.2ml.2ls:2nf 2lk.2ml.2lk:2ng 2lx.2ml.2ls:2ni 2lk.2ml:2nj,c 2m1.2ml.2lq:2nq 2qw.2q7:2qx 2oy:2qy 2pb:2qz
2qw.2qb:2r3 2rm:2rn 2ru:2rv 2ry:2rz 2ro:2s4,1 2s1:2s7 2rq:2sh 2sg:2sm 2tc.2tc:2td 2sy:2th 2rs:2vc 2si:2vh 2sa:2vu
2sb:2vv 2sd:2vx 2se:2vy 2sf:2vz 2t4:2wo 2t5:2wp 2tk:2x4,1s3 2tl:2x5 2tm:2x6 2tn:2x7 31k.324.326:2yo
31c.31w.32a.327:2yq 31c.31w.32a.2z8:2yr 2z1.2z1:2z2 2ze.2ze:2zf 2zh.2zh:2zi 2ze.2zh:2zj md:307,6ie 31e:31m
2zh.2ze:34e ggg:34l ggd:34m 35u.370:35s 33.370:368 36d.370:36n 36m.37g:36x 36m.37g.375.370.37e:36y 37u.37u:37v
37l:38l 36d.37i:38m 36d.370.37i:38v 35v.37i:38w 399.37i:39a 35u.37i:39d 39f.lm:3a6 3cw.3cw:3cx,4o 3cz.3cz:3d0,139l
3d3.3d3:3d4,13a6 3d5.3d5:3d6,4x 3d8.3d8:3d9,13ak 3cy.3cw:3df,4y 3cy.3cy:3dg,6j 3cy.3cz:3dh,4x 3cy.3d3:3di
3cz.3cw:3dj,4z 3d1.3cy:3dk,51 3d1.3d1:3dl,53 3d1.3de:3dm,x,3f,135o 3d1.3d7:3dn,139e 3d2.3d3:3do,5c 3d2.3d7:3dp,5h
3d3.3cw:3dq 3d3.3cy:3dr 3d3.3cz:3ds,139f 3d3.3d5:3dt,48 3d3.3d5.3cw:3du 3d3.3d5.3cz:3dv,139g 3d3.3d5.3d3:3dw
3d3.3d5.3d5:3dx 3d3.3d5.3d8:3dy 3d3.3d8:3dz,139d 3d3.3da:3e0,139d 3d3.3dc:3e1 3d3.3dd:3e2,56 3d3.3d7:3e3,57
3d3.3d3.3d7:3e4 3d5.3cw:3e5,56 3d5.3cy:3e6 3d5.3cz:3e7,55 3d5.3d1:3e8,55 3d5.3d2:3e9,1395 3d5.3d3:3ea,54
3d5.3d3.3cw:3eb 3d5.3d5.3d5:3ec 3d5.3d7:3ed 3d5.3d8:3ee,1395 3d5.3da:3ef,1395 3d5.3db:3eg 3d5.3dc:3eh,1394
3d5.3dd:3ei 3ek.3ek:3el 3em.3em:3en 3d7.3cw:3ep,4r 3d7.3cz:3eq 3d7.3d2:3er 3d7.3d3:3es 3d7.3d5:3et,4s 3d7.3eo:3eu,4s
3d7.3d7:3ev,4n 3d7.3d8:3ew 3d7.3da:3ex 3d7.3dc:3ey 3d7.3dd:3ez 3d8.3d7:3f1 3f2.3f2:3f3 3f4.3f4:3f5 3da.3db:3f6
3da.3de:3f7 3dd.3d3:3fa,4d 3dd.3d7:3fb,4d 3de.3de:3fc 3cw.3cz:3fe 3cy.3d5:3ff,30 3cy.3d8:3fg,28 3cy.3de:3fh,28
3cz.3d1:3fi,31 3fl.ffs:3fm 3fn.ffs:3fo 3fp.ffs:3fq 3fr.ffs:3fs 3ft.3fl:3fu 3ft.3fl.ffs:3fv 3ft.ffs:3fw 3fy.3fp:3fz
3fy.3fp.ffs:3g0 3fy.ffs:3g1 9oc:3g3,2w1,1,yz,1,2j3,5kg,hrr 9oc.ffs:3g4 ffs:3g5,3l3,3,3,3,5,4,2sj 3fl.3ft:3g6
3fl.3fy:3g7 3fn.3ft:3g8 3fn.3fx:3g9 3fp.3ft:3ga 3fp.3fy:3gb 3fp.9oc:3gc 3fr.3ft:3gd 3fr.3fy:3ge 3ft.3fp:3gf
3ft.3fp.ffs:3gg 3ft.3fr.ffs:3gh 3ft.3ft:3gi 3ft.3fy:3gj 3fx.3fn:3gk,2 3fx.3fn.ffs:3gl 3fx.3ft:3gn 3fx.ffs:3go
3fy.3fl:3gp 3fy.3fl.ffs:3gq 3fy.3fp.9oc:3gr 3fy.3fr.ffs:3gs 3fy.3fy:3gt 3g2.3fl:3gu 3g2.3fp:3gv 3g2.3fp.ffs:3gw
3g2.3fr:3gx 3g2.3fr.ffs:3gy 3g2.3fy:3gz 3g2.ffs:3h0 9oc.3fy:3h1 9oc.9oc:3h2 9oc.ffs.3fy:3h3 ffs.3fl:3h4 ffs.3fn:3h5
ffs.3ft:3h6 ffs.3fy:3h7 ffs.9oc:3h8 ffs.3ha:3h9 3ha.3fp:3hb 3ha.3fy:3hc 3ha.ffs:3hd 3ha.3ha:3he 3fl.9oc:3hf
3fn.3fy:3hg 3fr.3fn:3hh 3ft.3fn:3hi 3ft.3fn.ffs:3hj 3cw:3hk 3cw.3d5:3hm 3cy:3hn 3cz:3hq 3d1:3hr 3d1.3cw:3hs,tys
3d1.3d2:3ht,tyv 3d1.3d3:3hu,tyv 3d1.3d5:3hv,tyx 3d1.3dc:3hw 3d1.3dd:3hx 3d2:3hz 3d3:3i0 3d5:3i2 3d7:3i4 3d8:3i5
3da:3i6 3db:3i7 3dc:3i8 3dd:3i9 3de:3ia 3cw.3d1:3ib 3cw.3d5.3cw:3ic 3cy.3eo:3ig 3cy.3dc:3ih 3d1.3cw.3d5:3ik
3d1.3cz:3im,ty0 3d1.3cz.3de:3in 3d1.3d2.3cw:3ip 3d1.3d2.3d5:3iq 3d1.3d3.3d5:3ir 3d1.3d3.3de:3is 3d1.3d3.3d7:3it,txy
3d1.3d5.3d5:3iu 3d1.3eo:3iv 3d1.3db:3iw,txy 3d1.3fd:3ix 3d2.3cw:3iy,txx 3d2.3d1:3iz 3d2.3d5:3j1,txw 3d2.3d5.3d5:3j2
3d2.3eo:3j3 3d2.3da:3j4 3d2.3de:3j5 3d3.3d1:3j7 3d3.3de:3j9,txr 3eo:3jf 3d7.3cw.3cw:3jh 3d7.3db:3jj 3f0:3jk
3de.3cy:3jp 3de.3d1:3jq 3de.3d2:3jr 3de.3d3:3js 3fd:3jt 3cw.3cy:3ju 3cw.3d3:3jv 3cw.3da:3jw 3cw.3db:3jx 3cw.3de:3jy
12p:3o4 1p:3y8,56o,gw,mzj 53.3y9:3yk 3y9.53:3yl 53.61r:3ym 61r.53:3yn 53.3yc:3yo 3yc.53:3yp 53.3yd:3yq 3yd.53:3yr
53.3ye:3ys 3ye.53:3yt 53.3yi:3yv 3yi.53:3yw 53.3yj:3yx 3yj.53:3yy 53:3zb,jo,1tj,5,du,4s,298,ju,nf8,ho2 3y9.3z4:3zf
61r.3z4:3zg 3yd.3z4:3zh 3yi.3z4:3zi 53.1q:3zr,9,2vr 53.3a:3zu 3a.53:3zv 53.i4:3zw i4.53:3zx 53.3zm:3zy 3zm.53:3zz
1q.53:401 53.3zo:402 3zo.53:403 53.1o:404 1o.53:405,2vl 53.3zt:406 3zt.53:407 53.40g:40k,9 53.39:40n 39.53:40o
53.32:40p 32.53:40q 53.40f:40r 40f.53:40s 40g.53:40u 53.40h:40v 40h.53:40w 53.40l:40x 40l.53:40y 53.40m:40z
40m.53:410 39.13:413 32.13:414 40g.13:415 40l.13:416 2q.lj:41f 53.417:41g 417.53:41h 53.34:41i 34.53:41j 53.41a:41k
41a.53:41l 53.2s:41m 2s.53:41n 53.41c:41o 41c.53:41p 53.2q:41q 2q.53:41r 53.2q.lj:41s 2q.lj.53:41t 417.13:41x
34.13:41y 2s.13:41z 2q.13:420 53.421:42a 421.53:42b 53.423:42c 423.53:42d 53.424:42e 424.53:42f 53.2y:42g 2y.53:42h
53.426:42i 426.53:42j 53.428:42k 428.53:42l 53.429:42m 429.53:42n 53.42r:430 42r.53:431 53.3d:432 3d.53:433
53.42u:434 42u.53:435 53.42v:436 42v.53:437 53.42w:438 42w.53:439 53.30:43a 30.53:43b 53.42z:43c 42z.53:43d
1e:43j,svk 53.43k:43t 43k.53:43u 53.43r:43v 43r.53:43w 53.43s:43x 43s.53:43y 3z5:441 53.443:44c 443.53:44d
53.445:44e 445.53:44f 53.446:44g 446.53:44h 53.447:44i 447.53:44j 53.448:44k 448.53:44l 53.44a:44m 44a.53:44n
53.44b:44o 44b.53:44p 53.44t:452 44t.53:453 53.44v:454 44v.53:455 53.44w:456 44w.53:457 53.44x:458 44x.53:459
53.44y:45a 44y.53:45b 53.450:45c 450.53:45d 53.451:45e 451.53:45f 45n.1o:45o 45n.40l:45p 45n.2q:45q 45n.428:45r
53.45s:45z 45s.53:460 53.45t:461 45t.53:462 53.45u:463 45u.53:464 53.45v:465 45v.53:466 53.45w:467 45w.53:468
53.45x:469 45x.53:46a 53.45y:46b 45y.53:46c 53.1g:46n 1g.53:46o 53.46g:46p 46g.53:46q 53.46h:46r 46h.53:46s
53.46i:46t 46i.53:46u 53.46j:46v 46j.53:46w 53.46l:46x 46l.53:46y 53.46m:46z 46m.53:470 3zd:474 53.47g:47i
47g.53:47j 53.47u:47v 47u.53:47w 53.487:488 487.53:489 47k.418:48u 47k.34:48v 47k.41a:48w 47k.2s:48x 47k.41c:48y
47k.2q:48z 47k.2q.lj:490 47k.41v:491 49h.422:49a 49h.423:49b 49h.424:49c 49h.2y:49d 49h.426:49e 49h.428:49f
49h.429:49g 6ku:4ad,sa1 x6j:4af,2fsp gg:4as,2f0,pv3,1nhk 428:4ci 421:4cj 443:4ck 44a:4cn 477:4de 47a:4df 47e:4dg
i2:4dq,6,25v qx:4dr,6,2m8,1to,o0s,a2,hz3 47k.417:4fj 49h.421:4fk 49i.423:4fl 49i.424:4fm 49i.2y:4fn 49i.426:4fo
49i.428:4fp 49i.429:4fq 49z.53:4fr 4a0.53:4fs 4a1.53:4ft 4a2.53:4fu 4a3.53:4fv 4a4.53:4fw 4a5.53:4fx w:4g0,1wo,1
4hp:4hu,2il 4ho:4ip 17:4j1,3ag,179i 1b:4l1,1sc,3,cx,nw,gq,fh,18b,4b,79,5m4,24mz 4o2:4o3 2t0:4on 2t1:4oo 2t2:4op
2t3:4oq 2sv:4pg 2u2:4ph 2tr:4pl 2u3:4pm 4s5:4t1 4t8:4uu 53.4vl:4vn 53.4vo:4vq 53.4vs:4vt 53.4w0:4w2 53.43m:4w6
43m.53:4w7 53.43n:4w8 43n.53:4w9 53.43o:4wa 43o.53:4wb 53.43p:4wc 43p.53:4wd 53.477:4we 53.47a:4wf 53.47b:4wg
53.47c:4wh 53.47d:4wi 53.47f:4wj 4xh:4wr 4wv.3z2:4ws 3z2.4wv:4wt 477.53:4ww 47y.53:4wz 486.53:4x0 48b.53:4x1
492.53:4x4 49j.53:4x6 3b.53:4x9 4c4.53:4xc 4d7.53:4xe 526:53k 52p:53l 56t:58g,g 59k.59k:59l 59m.59k:59n 1cr:59w,17r
5cd:5ea 5ch:5eb 5d4:5eg 5e8:5ek 5em.5em:5en 5kr.5kr:5ks 5mm.5mm:5mn mj:5p1 mm:5p4 ml:5p5 lq:5p6 ly:5pp d9.33:5qs
3e:5r6,qt6,1br,h9e,4b3,x u3:5rf 39.2t:5t7 2u.ms:5ta 36.32.ms:5tb 32.ms:5tc 36.ms:5te hq.ms:5tf 37.ms:5tg 38.ms:5th
3e.ms:5ti 34.mt:5tp 39.mt:5tq,s2m i2.mt:5tr gb:5u8 92k:5wu 3i:6dv,dl 8yf:6e5,i9 8xu:6e6,1tn,x0 2r.6i3:6g1 4j:6g4
36.32.mw:6g5 3b.mt:6g9 2s.mt.mp:6gb 38.6i3:6ge 30.38:6gm ul:6iw hr:6jt wko:6kh wl2:6ki,1tyc,jjj,m 20hs:6kj 4i7:6mp
4iw:6mt 6nm:6np 2q6m:6nu 4ii:6ny,1nn 4i8:6nz hv:6q9,q,272,ow4 17.lj:6qc 2k:6qe,14n,fc,4,1jv,5lu,24m1,18
4w:6qg,qb,r,1my 33.33:6qm,q63,52 19.lj:6rc 1p.lj:6s0 1p.mb.lj:6s1 1p.lm:6s7 1p.le:6s9 1p.li:6sa 1p.ob:6se 6sh:6sj
1o.1o:6sq 1q.1q:6sr,1it 40l:6te,2as 40g:6tf,2as 1f3c:6tx,1gs,2j3b ig:6u1,og,s7,nt wk5:6ud,10d,2c7u 6qv:6v4
4ik:6v8,lf,3,48,17hu,1ccg 4im:6vc,1g5 1o.1o.1o:6vs 1q.1q.1q:6vt 53.53.53:6wf,21l 6px:6ww 6xw:6xx 9j0:6yp,1ab
61r.mq:6zd 4ik.mq:6ze 4w.mq:6zg 6u3:6zj 38.lk:6zl 6pz.lk:6zm 6va.lk:6zn 4w.lk:6zo 3i.lk:6zs 3zp:6zt 6pz.ms:6zv
2p.mq:706 x3n.mq:707 2x.mq:708 qx.mq:709 6z9:729 6z2:72a 6yz:72b 6zx:72e 30.33:73c 73v:73w 7jy:73y,2jh6
2k.2k:762,1pr 7b6:7b7 7bg:7bj 7bw:7c3 6q6:7ew,o 7f0:7f4 jt:7f8 7fa:7fb 7fc:7fh 739:7g1 6ur:7g7 7g6:7g8,2
1f3w:7gd,2clz,7ao 6uq:7gh 6ym:7gu,s0 6xe:7hc 7fl:7io 1ggu:7j9,1h3o 8tz:7jk 70o:7js 6rz:7ke,2jv4 2jx4.2jxh:7l5
2jx4.2jxh.2jxq:7l6 14:7s8,a,1pe,14iy 15:7s9,a,1pe,14iy 3f:7sk,2c2o 3h:7sl 6v:7tj 2k.40l:7uw 40g.1b:7ux
7sc:7vs,1ls,1z,b0,2pl9 7sd:7vt,1ls 4i8.4ii:86b 6o3.6o2:86d 4i8.6o2:86m 6o3.4ii:86n 6yx:88g 6yq:891 6yj:893 1f40:89i
87u:89l 1m.6mq:8ac 1b.lg:8ae 6tz:8aq 6tp:8ar 6tq:8as 6tv:8at 6tw:8au 17.lm:8bm 17.le:8bn 17.lf:8bo 17.mb:8bp
17.mo:8bq 17.1e:8br 19.lv:8bt 19.mb:8bu 3c.lj:8c0 6xl:8cd 8bj:8ce 6q8:8cf 3i.lj:8dm,qc 1p.6i8:8dq 1q.1o:8f9 4b9:8fe
4b6:8ff 40g.40l:8gn 1b.1b.1b:8hn 1b.1b:8hp 6n2:8oc 6n3:8od 6n4:8oe 6n5:8of qv:8tp,p0m,2 ug:8u5 rb:8v8 7jb:8vd
4j3:8yr 5wf:92g o8:92l of:92n o3:92u o4:92v 19.lk:93u 3i.mb:93z 14.14:948 15.15:949 6r9:94a 6r8:94b 6rb:94c 17j:94e
17f:94l 52:94v fh7:96q,no fh6:96r,nw fjv:96t,f3 g76:96x aim:96z g1s:972 i77:973 i76:974 ik3:976 inu:977 itt:978
ix0:97a b96:97b jf0:97c jzp:97d k4h:97f l8a:97i lch:97k ldh:97l ldm:97m m7g:97n mjv:97o ffw:97q mnh:97s p5e:97v,7
ny3:97x oop:97z p5f:981 paa:989 pds:98a prt:98e,1,1 qj2:98h qxw:98i r5s:98j r5r:98k r7l:98l rkw:98o rvh:98p sbq:98r
sdy:98s,1 tnh:98v,7 tc5:98w tiv:98x tiw:98y tj3:98z tm0:990 tw2:994 u06:995 u45:996 u6m:997 u72:998 u73:999 u74:99b
uar:99c ui4:99e unw:99g uws:99h vc6:99k vd0:99l k21:99n vgw:99o l7z:99p vi7:99q o9o:99r vix:99s fi8:99u kz:9he
6go:9hu 7vq:9i2 7vr:9i3 ll:9ik ijp:9m0 gbf:9m3 hlh:9mn ggs:9mw fik:9mz g2z:9n3 9ko:9nc gkj:9nx,7hm fid:9ui fh5:9uo
app:beb ako:dcr bp7:dgg fp1:fsy ftw:fuk gur:gv3 hgh:hgr h7j:hkb hij:hkv hwv:hz4 ild:ilu bp6:imo jee:jeg bi9:jrd
cov:k83 k7u:k89 bmi:kc6 dhf:kdi kfi:kjj bs3:kx5 kv1:kyv lu0:lzt npw:nrj or9:os6 kcs:peu kcw:pfu kcv:pg0 bp1:ph2
kcz:phd kd4:pif ph8:pj5 kdf:plz q6l:qbj qif:qip dyu:ra6 ram:rct rk6:rkf rq4:rqb ry7:rye s11:s1m s5z:s63 s8v:s9z
slq:sm6 t65:t66 trr:trs v9e:v9f vdd:vde cop:vk3 w5p:wic vr4:wik vnu:wim wgo:wiv vua:wiw vo0:wj0 wci:wj4 wcf:wje
w4x:wji w2h:wjj wbv:wjk wc5:wjm 4f4:wkt 4bl:wl3 1a.1a:wl6 1a.18:wl7 19.1a:wla jt.2q.2x:wup 6i1:wvj jr:wvy 4hl:wxc
8s6:wxd,y7 ip:wy5 wz7.wz7:wz8 kr:x04 38.f1:x0p 2p.2p:x0z 2p.33:x11 2p.39:x13 2p.3a:x15,2 2p.3d:x19 3b.me:x29
38.2u:x2v 12:x2w x0n:x3p 1fei:x3v ii:x3x,ia5 1us:x80 3cz.3d2:xgg 3cz.3d3:xgh,966 3cz.3d5:xgi,966 3cz.3d8:xgj,967
3d1.3cw.3cw:xgl,968 3d1.3cz.3cz:xgn 3d1.3d3.3d3:xgq 3d1.3d8:xgt 3d2.3cz:xgw 3d3.3d5.3dc:xgy 3d3.3db:xgz
3d5.3d5.3d3:xh1 3d7.3d1:xh2 3d7.3de:xh3 3d8.3d8.3de:xh4 3dc.3dc:xh5 3dd.3de:xh6 3de.3d5:xh7 3fd.3fd:xh8 8qn:xhu
xi5:xib xjk:xja xkx:xn7 xlv:xna gk.mw:xtr d9.33.mw:xtt d9.33.mt:xtu ux:xuo gk.2t:xuq 39.33:xur 33.m3:xv8 g2:xvi
3ft.3fr:16ls 3ft.3ft.ffs:16lt 3fx.3fl:16lu 3fx.3fl.ffs:16lv 3fx.3fp:16lw 3fy.3fr:16lx 3fy.ffs.ffs:16ly
3g2.3fl.ffs:16lz 3g2.3ft:16m0 9oc.3fl:16m1 9oc.3fp:16m2 9oc.3fp.ffs:16m3 9oc.3ft:16m4 ffs.3fn.3ft:16m5
ffs.3fn.ffs:16m6 ffs.3fr:16m7 ffs.3fr.ffs:16m8 ffs.3ft.ffs:16m9 ffs.3fx:16ma ffs.3g2:16mb ffs.ffs:16mc 3ha.3fl:16md
3ha.3fp.ffs:16me 3cy.3d1:16mj 3cy.3da:16mk 3cz.3cz.3d3:16mm 3cz.3d5.3cw:16mp 3cz.3da:16mr 3cz.3dc:16ms
3d1.3cw.3de:16mu 3d1.3d1.3db:16mv 3d1.3d2.3de:16mw 3d1.3d3.3cz:16mx 3d1.3d3.3dd:16my 3d1.3f0:16mz 3d1.3fd.3de:16n0
3d2.3cy:16n2 3d2.3cy.3cy:16n3 3d2.3d2:16n4 3d2.3d3.3d5:16n5 3d2.3d8:16n6 3d3.3d1.3dd:16n8 3d3.3d2:16n9
3d5.3d3.3d7:16nf 3d5.3d5.3cw:16ng 3d5.3d5.3cz:16nh 3d5.3eo:16ni 3eo.3d3:16nn 3eo.3d3.3d7:16no 3f0.3d2:16np
3f0.3de:16nq 3d8.3d3:16nr 3d8.3d3.3d3:16ns 3dd.3d5:16nu 3dd.3dc:16nv 32.lm:1evi 3c.mt:1evq 3a.mt:1evr
30.mt.30.mt.37.mt:1evs 30.mt.30.mt:1evt 8vc:1ew0 rd:1f3h,2t 8xs:1f3s 17z:1f4x 187:1f54 185:1f5e 1f9e:1fbl 1f9v:1fbn
hj:1fen gu:1feq 1fgm:1fhc qj:1fiz wvd:1fjf 1gly.1gly:1glz 1h45:1h4q 1h36:1h4s 1tm:1i2z xdo:1i3f xdn:1i3g 6rs:1i3i
1ik4.1iki.1ij6:1ij7 1ik4.1iki.1ijc:1ijd 1ik4.1iki.1ijn:1ijo 1ik4.1iki.1ijt:1iju 1ik4.1iki.1ijw:1ijx
1ik4.1iki.1ijy:1ijz 1ikr.1ikr:1iks 1w8:1imq 1wa:1ims 1wc:1imu 1we:1imw 1wf:1imx 1wh:1imz 1wy:1in1 1wk:1in2 1wl:1in3
1wm:1in4 1wn:1in5 1wo:1in6 1wq:1in7 1wu:1inb 1wv:1inc 1ws:1ind 1wj:1ine 1ww:1inf 1x3:1inh 1x4:1ini 1xa:1ink 1xb:1inl
1xj:1int 1xz:1inx 1xp:1io2 1x9:1io4 3b.lj:1io5 1yf:1ioh 1yg:1ioi 1yk:1iom 1ite:1ivs,1 1itf:1ivu 1itg:1ivv 1iuq:1ivw
1iur:1ivx 1iyp.1iyp:1iyq 1j:1jgm,10lo 1f:1jgq,h2p,jij 1jvp.1jvz:1jvq 1jvp.1jw0:1jvr 1jvp.1jvp:1jvs
1jvp.1jvp.1jvz:1jvt 1jvp.1jvp.1jw0:1jvu 1jvv.1jvz:1jvw 1jvv.1jvv:1jvx 1jvv.1jvv.1jvz:1jvy 1jw3.1jvz:1jw4
1jw3.1jw0:1jw5 1jw3.1jw3:1jw6 1jw3.1jw3.1jvz:1jw7 1jw3.1jw3.1jw0:1jw8 1k5d.1k5d:1k5e 1k8a:1k8i 1fa2:1kxk
wux:20ik,qud zj:2k1u 6kk:2k2j 6tr:2k3c 6ts:2k3d 4i3:2k3j 6qo:2ojs 6pu:2ojw 10.6hs:2q6n 2r.2r.9.6hp:2q99 2r.6hs:2q9a
7jx:2qky,7 35.2t:2rcw 2p.36:2rd3 3a.5wk:2rd4 7jd:2rd6 89r:2rei 6u9:2rf9 37.37.37:2rfg 36.32.2q:2rfv 3a.2q:2rfw
6u8:2rg1
`

/** Capitals in the same form, where what they look like is not what their small letters look like. */
export const capitalsAlike = `
30:21,99,eb,31,80c,1amp,f 2s.mt:5s,55 13.2q:ap 2q:as,em,4a,337,t7p 2r.13:av 13.2s:ay 2v.13:b7 30.mt:bb 2z.13:bc
32.me:bh 13.34:bo 1e:br,g1,w2k,7q 13.38:bw 38.mg:by 13.3d:c3 1f:c7,2t,e3,5l,7vw,o7y,1t 1h:cc,1j3z 38.mw:fy 1r:g1,3fx
39.mt:g4 8s6:og,37c 2t:ph,1iq9,8 3e:pi,1iqb 2w:pj,36z,4wc i4:pn,3k 36.32:po,2m,80u 32:pp,83h hv:pv
3d:px,32,32u,8,c,4w7,10,1am4 3c:pz,83p,oav 2u:rg 2q.lg:sx 2q.30:tn 30.33:tq 5qm.me.lc:wa 3d.13:wg 3d.mt:wi 1f.me:wo
3c.mh:xe i4.me:xx b9:zu 3ou:117 3k6:11g 3s3:11m 3mp:11o 37:11r,2va hk:11v x3b:3a8 33.13:3vo bv:3wf 3b:3wn,d
1g:3wu,1fj5 2s:3xj 1i:3xq,4x0 67:3xs 2w.lw:3xu 2w.mh:8rr 2z.mh:8rt 61r:8sm qj:8t2 qo:8tc 38:8ti,1amu qw:8tq
1o.53:8tw 19:8u2 1b:8ue 1l:8ui,o84 rx:8v0 jt.2q.30:wuo ig:wvc,imz 1f3c:wwq 38.1f:x0o 2z.mt:x1c wkk:x3y wk5:x4h
2y:x4i wl2:1fdd gi:1fdr 36:1fhw xw:1fi4 72:1fic 2w.mt:1fil 4iu:1fio 1j:1fiq 6pz:1jfs 33:1jg5 4ik:1jg7
`
