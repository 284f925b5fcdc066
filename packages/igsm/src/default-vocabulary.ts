import type { Vocabulary } from "./vocabulary.js";

const adjectives = "Red Blue Green Old New Quiet Bright Small Large Plain Round Flat Soft Hard Warm Cold Light Dark Early Late".split(" ");

export const defaultVocabulary: Vocabulary = {
  name: "default",
  ecosystems: [
    {
      name: "school",
      layers: ["School", "Classroom", "Backpack", "Stationery"].map((category, index) => ({
        category,
        kinds: [{ kind: "all", names: adjectives.map((word) => `${word} ${["Academy", "Room", "Bag", "Pen"][index]}`) }],
      })),
    },
  ],
};
