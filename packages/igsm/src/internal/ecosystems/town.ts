import type { Ecosystem } from "../../vocabulary.js";
import { kinds } from "./kinds.js";

/** Districts with restaurants with dishes with ingredients. */
export const town: Ecosystem = {
  name: "town",
  layers: [
    {
      category: "District",
      kinds: kinds({
        "old quarters": `Lantern Quarter, Weavers Quarter, Cathedral Quarter, Goldsmith Quarter, Potters Quarter, Tanners Quarter, Clocktower Quarter,
          Fishmonger Quarter, Candlemaker Quarter, Monastery Quarter, Dyers Quarter, Bookbinder Quarter, Saddlers Quarter, Cloister Quarter, Moat Quarter,
          Gatehouse Quarter, Almond Quarter, Fountain Quarter, Bell Founder Quarter, Armory Quarter`,
        "waterside areas": `Ferry Landing, Canal Side, Heron Wharf, Lighthouse Point, Mill Pond Bank, Salt Dock, Mussel Beach, Sandpiper Shore, Regatta Bay,
          Driftwood Cove, Anchor Yard, Lock Keepers Row, Boathouse Bend, Reed Island, Pelican Pier, Tidewater Row, Coral Strand, Rope Walk, Estuary Park,
          Willow Weir`,
        "hill areas": `Falcon Heights, Terrace Hill, Vineyard Slope, Observatory Hill, Goat Hill, Juniper Heights, Windy Ridge, Castle Mount, Quarry Edge,
          Poppy Hill, Belvedere Rise, Cypress Heights, Larch Hill, Beacon Hill, Stag Ridge, Cable Car Hill, Sunset Heights, Olive Terrace, Chapel Mount,
          Lookout Knoll`,
        "market areas": `Spice Market, Flower Market, Grain Market, Wool Exchange, Copper Market, Night Bazaar, Apple Market, Cattle Market, Silk Bazaar,
          Book Market, Clay Market, Lemon Market, Horse Fair, Tea Exchange, Honey Market, Lace Market, Carpet Bazaar, Ribbon Market, Cider Market, Toy Fair`,
        "modern areas": `Tramline North, Station South, Campus East, Stadium West, Airport Road, Glass Tower District, Ring Road East, Science Park,
          Garden Suburb, Film Studio Lot, Solar Village, Expo Ground, Hospital Hill, Railway Yard, Cycle Park, Arena Plaza, Metro Junction, Library Square,
          Greenhouse Row, Container Village`,
      }),
    },
    {
      category: "Restaurant",
      kinds: kinds({
        bistros: `Copper Ladle, Blue Saucepan, Crooked Spoon, Golden Whisk, Silver Tureen, Red Checkered Cloth, Iron Skillet, Little Casserole, Laughing Onion,
          Merry Radish, Painted Plate, Quiet Kettle, Rusty Fork, Singing Goose, Tipsy Pear, Velvet Napkin, White Apron, Wooden Bowl, Yellow Shutter,
          Zinc Counter`,
        taverns: `Fox and Barrel, Plough and Star, Hare and Hound, Crown and Thistle, Ship and Whistle, Bear and Lantern, Swan and Anchor, Wheel and Barrow,
          Bell and Bucket, Rose and Thorn, Owl and Acorn, Badger and Boot, Stag and Saddle, Lamb and Fiddle, Raven and Ring, Cat and Candle, Hen and Harrow,
          Pike and Paddle, Moon and Mill, Trout and Tumbler`,
        cafes: `Almond Cafe, Birdcage Cafe, Cinnamon Cafe, Doorstep Cafe, Elderflower Cafe, Firefly Cafe, Gramophone Cafe, Hazelnut Cafe, Ivy Wall Cafe,
          Jasmine Cafe, Kite Cafe, Lavender Cafe, Mulberry Cafe, Nutmeg Cafe, Orange Tree Cafe, Postman Cafe, Quince Cafe, Rooftop Cafe, Saffron Cafe,
          Tram Stop Cafe`,
        canteens: `Bakers Canteen, Brickyard Canteen, Carpenters Canteen, Dockers Canteen, Drivers Canteen, Farmers Canteen, Foundry Canteen, Glaziers Canteen,
          Hospital Canteen, Masons Canteen, Miners Canteen, Museum Canteen, Observatory Canteen, Pilots Canteen, Printers Canteen, Sailors Canteen,
          Shipyard Canteen, Stadium Canteen, Theater Canteen, University Canteen`,
        "food stalls": `Bamboo Cart, Bicycle Kitchen, Blue Truck, Corner Grill, Dumpling Wagon, Green Awning, Harbor Hut, Kettle Cart, Lantern Stall, Market Griddle,
          Noodle Barrow, Orange Van, Pancake Booth, Picnic Wagon, Red Trailer, Sidewalk Oven, Steam Cart, Street Wok, Tin Roof Stand, Window Kitchen`,
      }),
    },
    {
      category: "Dish",
      kinds: kinds({
        soups: `Lentil Soup, Pumpkin Soup, Leek Soup, Barley Soup, Noodle Soup, Fish Chowder, Corn Chowder, Beet Soup, Mushroom Bisque, Tomato Bisque, Miso Broth,
          Nettle Soup, Chickpea Soup, Cabbage Soup, Watercress Soup, Egg Drop Soup, Pepper Pot, Clam Broth, Parsnip Soup, Sorrel Soup`,
        pies: `Cottage Pie, Onion Tart, Spinach Pie, Mushroom Pie, Cheese Quiche, Leek Pasty, Potato Pie, Salmon Pie, Turnip Pasty, Asparagus Quiche, Pumpkin Pie,
          Rhubarb Pie, Cherry Pie, Apple Tart, Plum Tart, Lemon Tart, Apricot Pie, Pear Galette, Walnut Tart, Blackberry Pie`,
        stews: `Bean Stew, Lamb Stew, Rabbit Stew, Okra Stew, Goulash, Ratatouille, Vegetable Curry, Coconut Curry, Peanut Stew, Fish Stew, Eggplant Tagine,
          Apricot Tagine, Chili Pot, Venison Ragout, Cassoulet, Dumpling Stew, Yam Stew, Seafood Gumbo, Oxtail Stew, Chestnut Ragout`,
        salads: `Potato Salad, Beet Salad, Cucumber Salad, Bulgur Salad, Carrot Salad, Fennel Salad, Lentil Salad, Mango Salad, Noodle Salad, Orange Salad, Pear Salad,
          Quinoa Salad, Radish Salad, Rice Salad, Seaweed Salad, Tuna Salad, Tomato Salad, Walnut Salad, Zucchini Salad, Kale Salad`,
        "rice and pasta": `Mushroom Risotto, Saffron Risotto, Pea Risotto, Fried Rice, Lemon Rice, Jollof Rice, Paella, Pilaf, Spinach Lasagna, Walnut Ravioli,
          Basil Linguine, Clam Spaghetti, Pumpkin Gnocchi, Baked Macaroni, Soba Noodles, Ginger Udon, Sesame Noodles, Rice Porridge, Couscous Bowl,
          Stuffed Cannelloni`,
      }),
    },
    {
      category: "Ingredient",
      kinds: kinds({
        vegetables: `Carrot, Leek, Turnip, Celery Stalk, Zucchini, Eggplant, Cauliflower, Spinach Leaf, Kale Leaf, Parsnip, Shallot, Cabbage Leaf, Green Bean,
          Sweet Pepper, Artichoke, Asparagus Spear, Radish, Fennel Bulb, Okra Pod, Cucumber`,
        fruits: `Apple, Pear, Plum, Apricot, Fig, Date, Lemon, Lime, Orange Slice, Cherry, Blackberry, Raspberry, Gooseberry, Peach, Quince, Mango, Papaya, Banana,
          Grape, Melon Slice`,
        herbs: `Basil Leaf, Mint Leaf, Sage Leaf, Bay Leaf, Thyme Sprig, Rosemary Sprig, Parsley Sprig, Dill Sprig, Chive, Tarragon Sprig, Oregano Sprig,
          Marjoram Sprig, Lovage Leaf, Coriander Leaf, Chervil Sprig, Lemon Balm Leaf, Savory Sprig, Borage Flower, Hyssop Sprig, Lavender Sprig`,
        spices: `Peppercorn, Clove, Cardamom Pod, Cinnamon Stick, Star Anise, Nutmeg, Juniper Berry, Saffron Thread, Mustard Seed, Cumin Seed, Caraway Seed,
          Fennel Seed, Vanilla Pod, Chili Pod, Allspice Berry, Ginger Root, Turmeric Root, Poppy Seed, Sesame Seed, Licorice Root`,
        "nuts and pulses": `Almond, Walnut, Hazelnut, Pecan, Pistachio, Cashew, Peanut, Chestnut, Pine Nut, Macadamia, Chickpea, Lentil, Kidney Bean, Black Bean,
          Broad Bean, Pea, Soybean, Lupin Seed, Mung Bean, Brazil Nut`,
      }),
    },
  ],
};
