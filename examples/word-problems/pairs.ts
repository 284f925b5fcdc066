import type { QuestionAnswer } from "@bridge-rl/extract";

/** Written for this example, in the manner of GSM8K. */
export const pairs: readonly QuestionAnswer[] = [
  {
    question:
      "A ferry makes 6 trips a day. On each trip it carries 14 cars, and every car pays 25 crowns. The crew costs 900 crowns a day. How many crowns are left at the end of the day?",
    answer: "#### 1200",
  },
  {
    question:
      "Nadia knits 3 scarves a week and sells each for 18 euros. Wool for one scarf costs 7 euros. Her brother Ilja knits 2 hats a week. How many euros does Nadia earn in 5 weeks, wool paid?",
    answer: "#### 165",
  },
  {
    question:
      "A cook peels 4 potatoes a minute. He starts with 130 potatoes and throws away 10 bad ones. After 20 minutes a helper joins, who peels 6 a minute. How many minutes does the helper work until all are peeled?",
    answer: "#### 4",
  },
  {
    question:
      "A library has 12 shelves with 45 books each. One third of the books are lent, and 30 more are being repaired. How many books stand on the shelves?",
    answer: "#### 330",
  },
];
