/**
 * What looks the same and is not in the data of UTS 39: in each group one look, written with the first of its members. A look
 * that is told apart by readers of the script (未 and 末, 4 and a) is no group.
 */
export const ownLookAlikes: readonly (readonly string[])[] = [
  // Tamil, root zone LGR: SHRII of SA and of SHA is one conjunct.
  ['\u0bb8\u0bcd\u0bb0\u0bc0', '\u0bb6\u0bcd\u0bb0\u0bc0'],
  // Malayalam (The Unicode Standard, 12.9): a chillu, and how it was written before it had a code point.
  ...['ൺണ്', 'ൻന്', 'ർര്', 'ൽല്', 'ൾള്', 'ൿക്'].map(([chillu = '', ...before]) => [chillu, before.join('')]),
  // Khmer, root zone LGR: the subscripts of TA and DA are one.
  ['\u17d2\u178a', '\u17d2\u178f'],
  // Lao, as UTS 39 has it for Thai: EI is E twice.
  ['\u0ec1', '\u0ec0\u0ec0'],
  // Mongolian (The Unicode Standard, 13.5): one shape each in most places of a word; no LGR has the script.
  ['\u1820', '\u1821'],
  ['\u1823', '\u1824'],
  ['\u1825', '\u1826'],
  ['\u1832', '\u1833'],
  // Tifinagh (The Unicode Standard, 19.3): the joiner has no shape.
  ['', '\u2d7f'],
  // Bopomofo, and the strokes of Han that it was made of.
  ...[
    '一ㄧ',
    '丫ㄚ',
    '丂ㄎ',
    '乂ㄨ',
    '又ㄡ',
    '幺ㄠ',
    '厂ㄏ',
    '厶ㄙ',
    '匚ㄈ',
    '卩ㄗ',
    '尸ㄕ',
    '儿ㄦ',
    '力ㄌ',
    '勹ㄅ',
    '冂ㄇ',
  ].map((group) => [...group]),
  // Han: one shape with several code points, as the source separation rule left them (The Unicode Standard, 18.1).
  ...(
    '高髙 青靑 清淸 戶户戸 吉𠮷 崎﨑 真眞 鎮鎭 慎愼 填塡 顛顚 值値 德徳 溫温 既旣 戾戻 淚涙 步歩 涉渉 悅悦 稅税 脫脱 閱閲 銳鋭 說説 兌兑 ' +
    '羨羡 盜盗 尚尙 教敎 緒緖 呂吕 宮宫 侶侣 沖冲 決决 況况 涼凉 減减 冊册 刪删 姍姗 柵栅 綠緑 錄録 祿禄 奐奂 換换 喚唤 煥焕 黑黒 默黙 ' +
    '每毎 內内 黃黄 橫横 虛虚 絕絶 晚晩 沒没 強强 研硏 產産 顏顔 彥彦 吞呑 啟啓 衛衞 舍舎 寬寛 凜凛 槙槇 歷歴 曆暦 查査 郎郞 飲飮'
  )
    .split(' ')
    .map((group) => [...group]),
]
