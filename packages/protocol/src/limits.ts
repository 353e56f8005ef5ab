const kiB = 1024
const miB = 1024 * kiB
const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Every bound of the system, in one place. Sizes are bytes, times milliseconds unless the name says otherwise. */
export const limits = {
  cborDepthMax: 16,
  /** Values in one piece of CBOR: an empty array costs one byte to send and many to hold. */
  cborItemsMax: 65_536,

  /** An MLS application message on the wire. */
  messageBytesMax: 64 * kiB,
  /** An archive record. */
  archiveRecordBytesMax: 96 * kiB,
  /** The text of one message in UTF-8; what fits, padded and sealed, into a message on the wire. */
  textBytesMax: 48 * kiB,
  /**
   * A commit by the only one who has ever made one seals its path for each member: 2.5 MB for 2,000 of them. With it go
   * the policy that names them, and 64 key packages.
   */
  commitBytesMax: 3 * miB,
  /** The secrets of `addsPerCommitMax` newcomers, and the GroupInfo. */
  welcomeBytesMax: 512 * kiB,
  /** The policy of 2,000 members is in it. */
  groupInfoBytesMax: 128 * kiB,
  treeBytesMax: 16 * miB,
  metaBytesMax: 8 * kiB,
  keyPackageBytesMax: 8 * kiB,
  chainLinkBytesMax: 4 * kiB,
  /** Accounts that are asked for at once. */
  chainEndsPerAnswerMax: 500,
  chainLinksPerAnswerMax: 500,
  /** Chains of several accounts in one answer; a single one may be larger. */
  chainsPerAnswerBytesMax: 1 * miB,
  /** That are handed back to a server at once. */
  chainLinksHandedBackMax: 64,
  vaultSlotBytesMax: 64 * kiB,
  opaqueMessageBytesMax: 4 * kiB,

  roomNameCharactersMax: 80,
  accountNameCharactersMin: 2,
  accountNameCharactersMax: 31,
  passwordCharactersMin: 12,
  passwordCharactersMax: 256,

  devicesPerAccountMax: 20,
  leavesPerRoomMax: 2000,
  /** Places in a room's tree, blank ones too: the power of two that holds `leavesPerRoomMax`. One bound for all. */
  treeWidthMax: 2048,
  addsPerCommitMax: 64,
  proposalsPendingMax: 256,
  deviceCertificateLifetimeDaysMax: 400,
  leafLifetimeDaysMax: 90,
  keyPackageLifetimeDaysMax: 30,
  leafGraceHours: 24,

  keyPackagesOneTime: 50,
  keyPackagesRefillBelow: 20,
  keyPackagesStoredMax: 200,
  keyPackagesPerUploadMax: 64,
  /** A device that is older than this has put up its key packages, or does so when it is next online. */
  arrivalMaxMs: 2 * minuteMs,
  /** Between two tries for key packages of a device that is younger; each pause is twice the one before. */
  arrivalDelayMinMs: 1 * secondMs,
  arrivalDelayMaxMs: 4 * secondMs,
  /** How long whoever signs up waits for the own key packages to be up. */
  arrivalWaitMs: 20 * secondMs,
  keyPackageClaimsPerHour: 20,
  keyPackageClaimsPerDay: 100,
  keyPackageClaimsPerTargetPerDay: 300,

  logPageEntriesMax: 500,
  logPageBytesMax: 4 * miB,
  /**
   * Entries of a room that a device keeps as they came, to hand them back to a server that was restored from a copy: about a
   * month of a busy room, 20 to 40 MB. What is bounded is the disk: of one room, and of all rooms together, which share it
   * evenly; each has some, however many there are.
   */
  rawEntriesKeptByClient: 32_768,
  rawBytesPerRoomMax: 64 * miB,
  rawBytesPerRoomMin: 2 * miB,
  rawBytesPerDeviceMax: 256 * miB,
  /** A page of the log with the attachments that a healing device makes anew. */
  healBytesMax: 6 * miB,
  /** Of one device. */
  healsPerMinute: 60,
  /** External joins of one device into one room. */
  rejoinsPerDay: 3,
  /** Who would have to wait longer for the next is told so. */
  rejoinWaitMaxMs: 10 * minuteMs,
  /** What may be added to what is stored, at once, and again in the course of a day: by an account on both lanes, */
  storedBytesPerAccountPerDay: 512 * miB,
  /** in a room, and in a room by all its hooks, */
  storedBytesPerRoomPerDay: 2048 * miB,
  /** and by one hook. */
  storedBytesPerHookPerDay: 128 * miB,
  roomsPerAccountPerDay: 200,
  roomsPerAccountMax: 2000,
  /** Of one device, and of those the ones of one inviter: fewer where many wait. */
  welcomesWaitingMax: 200,
  welcomesWaitingPerInviterMax: 20,
  /** Of one answer; the others come after these have been settled. */
  welcomesAnswerBytesMax: 16 * miB,
  blockedAccountsMax: 1000,

  messagesPerSecond: 20,
  messageBurst: 60,
  commitsPerRoomPerMinute: 60,
  /** Of an account, in commits that end nothing: more than it takes to grow a room to its end, and then slowly. */
  commitBytesBurst: 256 * miB,
  commitBytesPerSecond: 16 * kiB,
  joinsPerRoomPerMinute: 10,
  // The open room of a server.
  /** Accounts that ask to come in; what one answer tells a member of them. */
  openRoomAskersMax: 1000,
  openRoomAskersPerAnswerMax: 64,
  /** How long a request stands; a device that is there asks anew. */
  openRoomAskMs: 30 * dayMs,
  /** Of an account. */
  openRoomAsksPerMinute: 10,
  /** When none of its members was there for so long, another room may take its place. */
  openRoomIdleMs: 30 * dayMs,
  peoplePerAnswerMax: 50,
  loginTriesPerWindow: 5,
  loginWindowMs: 15 * minuteMs,
  /** The longest that a try is put off after the one before it. */
  tryDelayMaxMs: 30 * secondMs,
  /** Logins between their first and their second message. */
  loginExchangesMax: 10_000,
  loginExchangesPerAddressMax: 1000,
  /** Accounts made, and names told to be taken. */
  registrationsPerAddressPerHour: 60,
  /** Invite keys that can still be used, what each can be made for, and wrong ones from one address in a window. */
  invitesMax: 1000,
  inviteUsesMax: 1000,
  inviteLifetimeMsMax: 366 * dayMs,
  /** Accounts, and addresses, of which it is counted what they cost. */
  talliedKeysMax: 4096,
  inviteGuessesPerWindow: 10,
  inviteGuessesWindowMs: 10 * minuteMs,
  requestsPerSecondPerAddress: 200,

  sessionsPerAccountMax: 64,
  sessionIdleMs: 12 * hourMs,
  sessionAbsoluteMs: 30 * dayMs,
  loginExchangeMs: 2 * minuteMs,

  frameBytesMax: 1280 * kiB,
  framesInFlightPerSocketMax: 256,
  socketsPerAccountMax: 10,
  socketBacklogBytesMax: 256 * kiB,
  helloTimeoutMs: 10 * secondMs,
  /** How long a WebSocket may take to open before a client asks by long poll instead. */
  socketOpenMs: 5 * secondMs,
  /** How long a client then asks by long poll before it tries a WebSocket again: at first, and at most. */
  pollLaneFirstMs: 30 * secondMs,
  pollLaneMaxMs: 10 * minuteMs,
  /** All that a socket may send before it has said who it is. */
  helloBytesMax: 1 * kiB,
  unidentifiedSocketsPerAddressMax: 64,
  /** How long a peer has to answer when its socket is closed. */
  socketCloseMs: 2 * secondMs,
  /** Of whatever kind, from one socket; what comes beyond it waits. */
  framesPerSecond: 200,
  frameBurst: 400,
  /** What happens to the rooms of a device while its socket is greeted. */
  earlyEventsMax: 1024,
  /** Pieces of one WebSocket message: each costs more to hold than to send. */
  fragmentsPerMessageMax: 256,
  chunksPerFrameMax: 8192,
  pingIntervalMs: 25 * secondMs,
  longPollMs: 25 * secondMs,
  /** For a request and, on top of it, for its body at the least speed at which one may come. */
  requestTimeoutMs: 30 * secondMs,
  uploadBytesPerSecondMin: 64 * kiB,
  /** What an answer comes with at least, on the whole: one that trickles in would never end. */
  answerBytesPerSecondMin: 4 * kiB,
  /** Of a refusal, in JSON. */
  failureBytesMax: 64 * kiB,
  /** To a peer that takes in nothing of what is written to it. */
  writeStallMs: 30 * secondMs,
  shutdownGraceMs: 10 * secondMs,

  // What a client waits for from its own parts: workers, another tab, the process that holds the profile, the store.
  /** Before a part that is loaded over a slow line is given up. */
  helperStartMs: 2 * minuteMs,
  /** Of a part that owes an answer and has been asked for a sign of life. A full profile may keep it busy for a while. */
  helperSilenceMs: 40 * secondMs,
  /** For one step with a password: Argon2id on a slow device. */
  passwordStepMs: minuteMs,
  /** For a browser to open its database, and for a part to end. */
  storageOpenMs: 20 * secondMs,
  helperCloseMs: 10 * secondMs,
  /** For a keystore of the system, which may ask somebody for its own password first. */
  keystoreWaitMs: minuteMs,

  // What a server holds in memory for its peers, in both directions.
  memoryBytesMax: 96 * miB,
  memoryBytesPerAddressMax: 32 * miB,
  memoryBytesPerAccountMax: 16 * miB,
  /** What any request costs while it is open. */
  memoryBytesPerRequest: 16 * kiB,
  memoryRetryMs: 250,
  /** TCP connections of one address, where no proxy stands in front. */
  connectionsPerAddressMax: 2048,

  // What peers may make a server compute, in microseconds of one core.
  workUsPerSecondPerAccount: 100_000,
  workUsPerSecondPerAddress: 400_000,
  /** What may be used at once, in seconds of the above. */
  workBurstSeconds: 10,
  /** Beyond this much of one core, a server asks those to wait who have had most of it. */
  workLoadPercentMax: 60,
  /** What is little: whoever has had no more lately is served at every load. */
  workLightUs: 100_000,
  /** How fast it is forgotten what somebody has had. */
  workForgottenUsPerSecond: 20_000,
  /** What an idle server would allow above it; at a load so much of it as the part of the core that is free. */
  workAtLoadUsMax: 500_000,
  workRetryMs: secondMs,
  /** Heavy checks of one account, and of all, that wait for their turn. */
  heavyJobsWaitingPerAccountMax: 64,
  heavyJobsWaitingMax: 4096,
  heavyJobMs: 30 * secondMs,
  /** How often a server looks after its data, and so how much may be stored before the marker knows of it. */
  dataLookMs: secondMs,
  /** Without a write for so long, the log of the database is brought into its file. */
  dataIdleMs: 5 * secondMs,
  /** While writes go on, the marker follows them so often. */
  dataMarkMs: 30 * secondMs,
  /**
   * With less room than this the log warns: time enough to make some. With less than half of it nothing is stored any
   * more that only adds.
   */
  diskReserveBytes: 256 * miB,
  /** How often a server looks at its disk by itself, and how old what it saw may be when it is asked. */
  diskLookMs: 60 * secondMs,
  diskProbeMs: 2 * secondMs,

  retryDelayMinMs: 250,
  retryDelayMaxMs: 30 * secondMs,
  /** For a line: whatever stands between may be gone at any moment, and people wait for it. */
  obstacleRetryMaxMs: 8 * secondMs,
  /** Beyond it nothing new is taken; what a room hands over to the one that continues it is never lost by it. */
  outboxItemsPerRoomMax: 5000,
  /** What is being written in a room and not said: its parts, its bytes, and how many rooms have one. */
  draftPartsMax: 64,
  draftBytesMax: 192 * kiB,
  draftsMax: 256,
  /** What accounts say about one message, and how much each time: what is said is kept with the message. */
  marksPerMessageMax: 1024,
  markBytesMax: 1 * kiB,
  markKeyCharactersMax: 64,
  /** Of one account about one message: nobody takes the places of all others. */
  marksPerAccountMax: 32,
  /** Of messages that a device does not have. */
  marksWaitingPerRoomMax: 256,
  /** In UTF-16 units: the longest emoji that Unicode recommends has 22. */
  reactionCharactersMax: 32,
  /** What is shown of very many. */
  reactionsShownMax: 32,
  reactionNamesMax: 24,
  /** What a bot offers in a room, and how many bots' offers a room has. */
  botCommandsMax: 32,
  botCommandSummaryCharactersMax: 120,
  botsOfferingPerRoomMax: 64,
  /** What programs keep in a profile. */
  notesMax: 4096,
  noteCharactersMax: 16 * kiB,
  /** Accounts that a device remembers to have been compared. */
  verifiedAccountsMax: 10_000,

  /** A compact JWE under a hook's name. */
  hookPostBytesMax: 256 * kiB,
  /**
   * What is signed inside of a post, of which the server sees the length and nothing else: a text of `textBytesMax` in
   * base64url, what stands around it, and room for what JSON escapes.
   */
  hookSignedBytesMax: 80 * kiB,
  hookStatementBytesMax: 8 * kiB,
  hookNameCharactersMax: 40,
  /** Of one hook, and at once. */
  hookPostsPerMinute: 60,
  hookPostBurst: 30,
  /** Wrong tokens for one hook from one address. */
  hookGuessesPerMinute: 10,
  /** What waits for one script. */
  hookOutMessagesMax: 1000,
  hookOutBytesMax: 16 * miB,
  hookOutWaitMs: 25 * secondMs,
  /** How long the keys of one generation are told to scripts. */
  hookKeysDaysMax: 14,
  /** How long what is sealed to a generation may still arrive after the next one, by the log's time. */
  hookKeysGraceMs: hourMs,
  /** How far the time that a script gives may lie from the log's. */
  hookTimeSkewMs: 10 * minuteMs,

  // The open lane; texts are counted in characters, which on it are bytes.
  openFrameBytesMax: 128 * kiB,
  openBodyBytesMax: 128 * kiB,
  openEnvelopeCharactersMax: 100 * kiB,
  openAttemptsPerSecondPerAddress: 20,
  /** In seconds since 1970, later than anything is signed: what counts milliseconds is beyond it. */
  openSignedAtMaxS: 2 ** 33,
  /** How far the time that a sender writes beside a message may lie from the server's. */
  openTimestampSkewMs: dayMs,
  /** Events of one account that have been read and not yet answered. */
  openEventsInFlightMax: 128,
  /** How long a server that closes waits until its sockets have read that it does. */
  openClosingMs: 2 * secondMs,
  /** How often somebody asks for the key of a room, and how often one client gives a new one because it was asked. */
  openKeyRequestIntervalMs: 30 * secondMs,
  openRoomsPerAccountMax: 200,
  openMembersPerRoomMax: 1000,
  openParticipantsPerChatMax: 100,
  openHistoryMessagesMax: 50,
  openHistoryCharactersMax: 2 * miB,
  openListedMax: 1000,
  openListedBytesMax: 256 * kiB,
  /** A public key as it is uploaded, and each text in it that only labels it. */
  openKeyCharactersMax: 8 * kiB,
  openKeyLabelCharactersMax: 256,
  openKeysPerSetMax: 8,
  /** Of an RSA key that is there already, and of one that is put up now. */
  openRsaBitsMin: 2048,
  openNewRsaBitsMin: 3072,
  openRsaBitsMax: 8192,
  openMailboxLettersMax: 10_000,
  openMailboxCharactersMax: 64 * miB,
  /** Letters on their way to one socket whose arrival is not yet known. */
  openLettersUnderwayMax: 256,
  /** Somebody's presence is told once in this time; rows that are looked through for whom to tell. */
  openPresenceWindowMs: 2 * secondMs,
  openPresenceRowsMax: 5000,
  /** Chats that one other has begun, of those in which somebody's presence is told. */
  openPresenceChatsPerInitiatorMax: 8,
  accessTokenLabelCharactersMax: 80,
  openAccessTokensPerAccountMax: 50,
  openAccessTokenDaysMax: 400,

  /** Of a certificate with those that lead to its authority, and of its key. */
  certificateBytesMax: 256 * kiB,
  /** How often a server looks whether its certificate was renewed, and how long before its end it warns. */
  certificateLookMs: 5 * secondMs,
  certificateWarnMs: 14 * dayMs,

  // The gateway of a machine.
  /** Recipients for whom it holds a key that local programs encrypt to, and those of one answer. */
  gatewayKeysMax: 1000,
  gatewayListedMax: 250,
  /** What cannot be opened, of one recipient in this time, before nothing is tried any more. */
  gatewayWrongMax: 20,
  gatewayWrongWindowMs: 10 * minuteMs,
  /** How long an account stays connected for a program that has registered and not yet come. */
  gatewayRegisteredMs: minuteMs,
} as const
