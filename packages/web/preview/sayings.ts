/** What people in the preview say: ordinary talk, and everything that is hard to show. */
export const talk: readonly string[] = [
  'Morning! Coffee is on.',
  'Has anyone looked at the numbers from last night?',
  'Yes, and they hold. Load on the second node stays under 40 %.',
  'Nice.',
  'I would like to move the review to Thursday, if nobody minds. Two of us are travelling on Wednesday and I would rather have everybody in the room when we decide on the storage question.',
  'Thursday works for me',
  'Same here 👍',
  'One thing before that: the **retention** text in the handbook still says 90 days. We agreed on *thirty*.',
  'I will change it.',
  'Thanks!',
  'Here is the list for the release:\n- notes in the changelog\n- screenshots in both themes\n- a word to the people in Lisbon\n- sign the archive',
  'Looks complete to me.',
  'Did you mean `retryDelayMaxMs` or the one per room?',
  'The one per room. It is the only one that counts items.',
  '> I would rather have everybody in the room\n\nAgreed. Shall we say ten?',
  'Ten is good.',
  '👀',
  'The train has left without me, I will join by phone.',
  'No worries, we keep notes.',
  'Notes are here: https://notes.example.org/2026/storage-review',
  'That made my day 😄',
  'Can somebody read this once more before it goes out? I have been staring at it for an hour and no longer see the words.',
  'On it.',
  'Two typos, otherwise fine.',
  '```\nconst wait = (attempt) =>\n  Math.min(250 * 2 ** attempt, 30_000)\n```',
  'Short and clear, I like it.',
]

export const hostile: readonly string[] = [
  '<script>alert("hello")</script> <img src=x onerror=alert(1)> & "quotes" \'and\' &lt;entities&gt;',
  'A link that says one thing and goes elsewhere: [https://bank.example](https://evil.example/login), and one with Cyrillic letters: https://аррӏе.com/',
  'שלום לכולם, הפגישה נדחתה ל־10:30 (ראו https://notes.example.org).',
  'مرحبا! هل يمكننا الحديث عن الإصدار 2.1 غدًا؟',
  'mixed: English, then עברית with a number 42, then English again \u202Eand an override\u202C that must stay inside.',
  '日本語のメッセージも、きれいに表示されるはずです。**太字**も。',
  '1. first\n2. second with `code`\n3. third with **bold _and italic_** words',
  'Zalgo: H̷̢̧̛͙̯̱̟̲͎e̸̡̛̛̲̖̟͎ c̶̡̛̛͓͖o̸̢͎m̷̛͙e̵̛s',
  'averylongwordwithoutanyspacesatallthatsomebodypastedbecausetheywantedtoseewhatwouldhappentothelayoutofthispoorlittlebubbleandwhetheritwouldscrollsideways',
  '🎉',
  '👩‍👩‍👧‍👦🏳️‍🌈',
]

const sentence =
  'The minutes of the storage review, as complete as I could make them while everybody was talking at the same time. '

/** About sixteen thousand characters. */
export const minutes = Array.from(
  { length: 36 },
  (_, index) => `${index + 1}) ${sentence.repeat(3 + (index % 3))}`,
).join('\n\n')
