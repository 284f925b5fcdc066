import type { Vocabulary } from "../../vocabulary.js";
import type { Structure } from "./structure.js";
import { indexVocabulary } from "./vocabulary-index.js";

/** A category asked of a container: "each Museum District's Ingredient". */
export interface CategoryUse {
  readonly container: string;
  readonly category: string;
}

/** How many layers a category lies below a container that holds something; undefined or below 1 where it doesn't. */
export type Distance = (container: string, category: string) => number | undefined;

/** The ecosystems of the two published generators: their categories from top to bottom, with words that show an item of each. */
const published: readonly (readonly { readonly category: string; readonly words: RegExp }[])[] = [
  [
    {
      category: "district",
      words:
        /District\b|Communit|Homes\b|Area\b|Zone\b|Campus|Quarter\b|Complex|Housing|[Hh]ouses\b|Park\b|Neighborhood|Condominium|Duplex|Civic|Harbor|Valley|Town\b|Village|Suburb|Downtown|Estate|Apartment|Plaza|Resort|Ranches|Villas/,
    },
    {
      category: "supermarket",
      words:
        /Mart\b|Market|Store\b|Stores\b|Grocer|Foods?\b.*(?:Co-op|Market|Basket|Lion)|Whole ?Foods|Co-op|Club\b|Express\b|Costco|Kroger|Aldi|Lidl|Tesco|Target|Trader|Walmart|Safeway|Publix|'s$|Dash$|Direct$|Fresh$|Mall\b|Wholesale|Dollar|Outlet|Corporation|Eats$|Brothers|Saver|Naturally/,
    },
    {
      category: "product",
      words:
        /Canned|Cheese|Bread|Milk\b|Cream\b|Coffee|\bTea\b|Wine|Beer|Liquor|Sodas?\b|Coke|Juice|Chips|Crisps|Cookies|Candy|Candies|Chocolate|Bars?$|Rolls|Muffin|Bagel|Donut|Doughnut|Danish|Croissant|Pies\b|Cakes?\b|Crackers|Pretzels|Drinks?\b|Water\b|Yogurt|Kombucha|Smoothies|Jerky|Trail Mix|Nuts\b|Puffs|Buns|Butter\b|Tarts|Popcorn|Granola|Soups?\b|Sauces?\b|Ice /,
    },
    {
      category: "ingredient",
      words:
        /Rice\b|Oats\b|Oatmeal|Barley|Quinoa|Wheat$|Rye\b|Corn\b|Cornmeal|Flour|Millet|Spelt|Teff|Sorghum|Pepper|Paprika|Cumin|Turmeric|Cinnamon|Cardamom|Powder|Garlic|Onion|Ginger|Basil|Thyme|Oregano|Mint\b|Parsley|Salt\b|^Beef|Pork|^Lamb|^Chicken|^Turkey|^Duck|Bacon|Ham\b|Salami|Sausage|Veal|Broccoli|Spinach|Kale|Carrot|Cucumber|Lettuce|Tomato|Potato$|Eggplant|Asparagus|Celery|Cabbage|Zucchini|Apple|Banana|Orange$|Pear$|Mango|Grape|Lemon|Lime$|berry$|Cherry|Melon|Pomegranate|Kiwi/,
    },
  ],
  [
    {
      category: "zoo",
      words:
        /\bZoo|Park\b|Insectarium|[Ww]orld|Reserve|Wildlife|Gardens\b|National|Marine|Farm\b|Miami|Safari|Sanctuary of|Bird Garden|Zoological/,
    },
    {
      category: "enclosure",
      words:
        /House\b|Habitat|Enclosure|Exhibit|Tanks?\b|\bDen$|Cage|Aviary|Alley|Lagoon|Pool\b|Zone\b|Dome\b|Arena|Oasis|Jungle|Field\b|Paradise|Outback|Pen$|Pit\b|Yard|Palace|Bungalow|Forest$|Meadow$|Ravine|Valley|Delta|Gallery|Terrarium|Aquarium|Pier$|Stream$|Eyrie|Sanctuary$|Metropolis|Cave\b|Cove\b|Island|Pond\b|Plains|Savanna/,
    },
    {
      category: "animal",
      words:
        /Snake|Lizard|Dragon$|Frog|Toad|Turtle|Tortoise|Crocodile|Alligator|Iguana|Gecko|Chameleon|Salamander|Newt|Eagle|Owl$|Parrot|Penguin|Flamingo|Ostrich|Hummingbird|Pigeon|Finch|Falcon$|Hawk|Bear$|Lion$|Tiger|Leopard|Cheetah|Wolf|Fox$|Deer|Camel$|Giraffe$|Elephant$|Zebra|Kangaroo|Koala|Monkey|Gorilla|Otter|Dolphin$|Whale|Shark$|Ray$|Salmon|Trout|Tuna|Cod$|fish$|Squirrel|Raccoon|Rabbit|Panda$|Horse|Rhino|Hippo/,
    },
    {
      category: "bone",
      words:
        /Phalan|Vertebra|[Cc]arpal|[Rr]adi(?:us|al)|Ulna|Humerus|Femur|Tibia|Fibula|Scapula|Spines?\b|Skull|Rib\b|Limb|Bones?\b|Fin\b|Rays$|Furcula|Alula|Tertials|Coverts|Primaries|Secondaries|Plate\b|apophys|Sternum|Clavicle|Coracoid|Pelvi|Sacr|Tars|Keel|Pastern|Cannon|Hyo|Maxilla|Mandible|Dentary|Process/,
    },
  ],
  [
    {
      category: "school",
      words:
        /School|Elementary|Primary|High\b|Secondary|Academy|University|College|Institute|Middle|Online|Kindergarten|Versity|Preschool|Campus/,
    },
    {
      category: "classroom",
      words: /Classroom|Lab\b|Laboratory|Studio|Room\b|Court\b|Field$|\bGym$|Hub\b|Pool$|Track|Wall\b|Theater|Auditorium|Nook|Workshop/,
    },
    { category: "backpack", words: /[Bb]ackpack|[Bb]ag\b|Pack\b|Rucksack|Tote|Satchel|Briefcase|Duffel|Knapsack|Pouch/ },
    {
      category: "stationery",
      words:
        /Pens?\b|Pencil|Paper|Notebook|Note\b|Pad\b|Eraser|Stapler?|Binder|Folder|File\b|Clip|Tape|Glue|Scissors|Ruler|Marker|Highlighter|Ink\b|Stamp|Envelope|Card\b|Brush|Paint|Crayon|Chalk|Easel|Desk|Tabs|Pins?\b|Band\b|Box\b|Fluid|Knife|Label|Clay|Glitter|Planner|Journal|Compass|Calculator|Board\b/,
    },
  ],
  [
    {
      category: "ecosystems",
      words:
        /land\b|orest\b|Park\b|Desert|Ocean|Ecosystem|Reef|Lake\b|Pond|Prairie|Estuary|Savanna|Taiga|Meadow|Veldt|New York|\bin [A-Z]|Tundra|River|Swamp|Marsh|Sea\b|Garden|Bois|Stream\b|Steppe|Bay\b|Vent|Pampas|Chaparral/,
    },
    {
      category: "creatures",
      words:
        /Bear$|Lion$|Tiger|Elephant|Shark|Whale|Dolphin|Eagle|Falcon|Hawk|Owl$|Swan|Panda|Zebra|Giraffe|Kangaroo|Monkey|Chimpanzee|Wolf$|Fox$|Moose|Deer|Sloth|Jaguar|Leopard|Octopus|Squid|Lobster|Crab|Jelly|Ray$|Stingray|fish$|Seahorse|Turtle|Frog|Snake|Butterfly|[Ff]ly$|Bee$|Ant$|Amoeba|Paramecium|Euglena|coli|coccus|bacter|Rotifer|Nematode|Tardigrade|Dragon|Phoenix|Unicorn|Kraken|Centaur|Mermaid|Vampire|Werewolf|Minotaur|Pegasus|Griffin/,
    },
    {
      category: "organs",
      words:
        /Arter|Vein|Venule|Aorta|Capillar|Heart|Lung|Liver|Kidney|Stomach|Pancreas|Spleen|Bronch|Trachea|Larynx|pharynx|Pharynx|Esophagus|Intestine|Duodenum|Jejunum|Ileum|Colon\b|Rectum|Anus|Joint|Muscles?$|Biceps|Triceps|Quadriceps|Deltoid|Tendon|Ligament|Nerves?$|Spinal|Spine|Brain|Lobe|Cerebell|Thalamus|Pons\b|Medulla|Cord$|Cords$|Femur|Tibia|Humerus|Pelvis|Patella|Skull|Valve|Sinus|Diaphragm/,
    },
    { category: "cells", words: /Cells\b|[Cc]ytes\b|[Bb]lasts\b|[Cc]lasts\b|phils\b|phages\b|Neurons|Fibers|Platelets|Keratin|Podo/ },
  ],
];

/**
 * Finds the layers of categories, which a problem leaves to common knowledge. Known vocabularies say them; otherwise the order of the
 * published categories and the layers of the structure leave one reading, or two of which the names of the items tell the likelier.
 *
 * @returns readings in order of likelihood, at least one
 */
export function categoryLayers(structure: Structure, uses: readonly CategoryUse[], vocabulary: Vocabulary | undefined): Distance[] {
  const known = vocabulary && fromVocabulary(vocabulary, structure, uses);
  return known === undefined ? guesses(structure, uses) : [known, ...guesses(structure, uses)];
}

/** What the published categories and the structure leave possible. */
function guesses(structure: Structure, uses: readonly CategoryUse[]): Distance[] {
  const placeOf = (name: string) => ecosystem?.findIndex(({ category }) => category === name.toLowerCase()) ?? -1;
  const ecosystem = published.find((layers) => uses.some((use) => layers.some(({ category }) => category === use.category.toLowerCase())));
  if (ecosystem === undefined) return [nearest(structure, uses)];
  const layers = structure.layers();
  const layerCount = Math.max(...layers) + 1;
  const offsets: number[] = [];
  for (let offset = 0; offset <= Math.max(0, 4 - layerCount); offset++) {
    const fits = uses.every(({ container, category }) => {
      const item = structure.find(container);
      const place = placeOf(category);
      if (item === undefined || (structure.children[item] as number[]).length === 0 || place === -1) return true;
      return place - offset > (layers[item] as number) && place - offset < layerCount;
    });
    if (fits) offsets.push(offset);
  }
  if (offsets.length === 0) return [nearest(structure, uses)];
  if (offsets.length > 1) {
    const evidence = new Map(offsets.map((offset) => [offset, evidenceFor(structure, layers, ecosystem, offset)]));
    offsets.sort((left, right) => (evidence.get(right) as number) - (evidence.get(left) as number));
  }
  return offsets.map((offset) => (container, category) => {
    const item = structure.find(container);
    const place = placeOf(category);
    if (item === undefined || place === -1 || place - offset >= layerCount) return undefined;
    return place - offset - (layers[item] as number);
  });
}

/** Whether a category is one that the two published generators or a vocabulary speak of. */
export function isKnownCategory(category: string, vocabulary: Vocabulary): boolean {
  const word = category.toLowerCase();
  return (
    published.some((layers) => layers.some((layer) => layer.category === word)) ||
    indexVocabulary(vocabulary).some(({ categories }) => categories.has(category))
  );
}

/** How many items look as the items of their layer do where the top one is the ecosystem's `offset`-th, less those that look like others. */
function evidenceFor(structure: Structure, layers: readonly number[], ecosystem: (typeof published)[number], offset: number): number {
  let evidence = 0;
  for (const [item, name] of structure.items.entries()) {
    const own = offset + (layers[item] as number);
    if (ecosystem[own]?.words.test(name)) evidence++;
    else if (ecosystem.some(({ words }) => words.test(name))) evidence--;
  }
  return evidence;
}

/** A vocabulary is the problem's own where it knows most of its names: a few are in others by chance. */
function fromVocabulary(vocabulary: Vocabulary, structure: Structure, uses: readonly CategoryUse[]): Distance | undefined {
  const ecosystem = indexVocabulary(vocabulary).find(
    ({ items, categories }) =>
      uses.every(({ container, category }) => (items.get(container) ?? Number.POSITIVE_INFINITY) < (categories.get(category) ?? -1)) &&
      2 * structure.items.filter((item) => items.has(item)).length > structure.items.length,
  );
  if (ecosystem === undefined) return undefined;
  const { items, categories } = ecosystem;
  return (container, category) => {
    const place = categories.get(category);
    const from = items.get(container);
    return place === undefined || from === undefined ? undefined : place - from;
  };
}

/** Without any knowledge of the categories: as near as their uses allow, each in a layer of its own. */
function nearest(structure: Structure, uses: readonly CategoryUse[]): Distance {
  const layers = structure.layers();
  const least = new Map<string, number>();
  for (const { container, category } of uses) {
    const item = structure.find(container);
    if (item === undefined) continue;
    least.set(category, Math.max(least.get(category) ?? 0, (layers[item] as number) + 1));
  }
  const taken = new Set<number>();
  const found = new Map<string, number>();
  for (const [category, minimum] of [...least].sort((left, right) => left[1] - right[1])) {
    let layer = minimum;
    while (taken.has(layer)) layer++;
    taken.add(layer);
    found.set(category, layer);
  }
  return (container, category) => {
    const item = structure.find(container);
    const layer = found.get(category);
    return item === undefined || layer === undefined ? undefined : layer - (layers[item] as number);
  };
}
