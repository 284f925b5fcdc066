const node = (id: string, name: string, formula: string, value: number, stated = true) => ({ id, name, formula, value, stated });

/**
 * Replies for the four questions, written by hand in the form in which models reply, mistakes included: the second forgets the hats, the third is
 * not JSON at first.
 */
export const recordedReplies: readonly string[] = [
  JSON.stringify({
    nodes: [
      node("trips", "trips a day", "6", 6),
      node("cars_per_trip", "cars on a trip", "14", 14),
      node("fare", "crowns a car pays", "25", 25),
      node("crew", "crowns for the crew", "900", 900),
      node("cars", "cars a day", "trips * cars_per_trip", 84, false),
      node("income", "crowns taken in", "cars * fare", 2100, false),
      node("left", "crowns left", "income - crew", 1200),
    ],
    target: "left",
  }),
  JSON.stringify({
    nodes: [
      node("scarves", "scarves a week", "3", 3),
      node("price", "euros for a scarf", "18", 18),
      node("wool", "euros of wool in a scarf", "7", 7),
      node("weeks", "weeks", "5", 5),
      node("profit", "euros earned with a scarf", "price - wool", 11, false),
      node("earned", "euros Nadia earns", "scarves * weeks * profit", 165),
    ],
    target: "earned",
  }),
  JSON.stringify({
    nodes: [
      node("scarves", "scarves a week", "3", 3),
      node("price", "euros for a scarf", "18", 18),
      node("wool", "euros of wool in a scarf", "7", 7),
      node("hats", "hats Ilja knits a week", "2", 2),
      node("weeks", "weeks", "5", 5),
      node("profit", "euros earned with a scarf", "price - wool", 11, false),
      node("made", "scarves in all", "scarves * weeks", 15, false),
      node("earned", "euros Nadia earns", "made * profit", 165),
    ],
    target: "earned",
  }),
  "Let me think. The cook peels 80 potatoes in 20 minutes, so 40 are left for both …",
  JSON.stringify({
    nodes: [
      node("cook", "potatoes the cook peels a minute", "4", 4),
      node("start", "potatoes at the start", "130", 130),
      node("bad", "bad potatoes", "10", 10),
      node("alone", "minutes the cook is alone", "20", 20),
      node("helper", "potatoes the helper peels a minute", "6", 6),
      node("good", "good potatoes", "start - bad", 120, false),
      node("peeled", "potatoes peeled before the helper comes", "cook * alone", 80, false),
      node("rest", "potatoes left for both", "good - peeled", 40, false),
      node("both", "potatoes both peel a minute", "cook + helper", 10, false),
      node("minutes", "minutes the helper works", "rest / both", 4),
    ],
    target: "minutes",
  }),
  JSON.stringify({
    nodes: [
      node("shelves", "shelves", "12", 12),
      node("per_shelf", "books on a shelf", "45", 45),
      node("repaired", "books being repaired", "30", 30),
      node("books", "books in all", "shelves * per_shelf", 540, false),
      node("lent", "books that are lent", "books / 3", 180),
      node("standing", "books on the shelves now", "books - lent - repaired", 330),
    ],
    target: "standing",
  }),
];
