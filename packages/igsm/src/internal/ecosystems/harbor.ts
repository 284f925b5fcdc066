import type { Ecosystem } from "../../vocabulary.js";
import { kinds } from "./kinds.js";

/** Harbors with ships with crates with tools. */
export const harbor: Ecosystem = {
  name: "harbor",
  layers: [
    {
      category: "Harbor",
      kinds: kinds({
        "northern harbors": `Frostmouth, Whale Sound, Birch Haven, Icefall Harbor, Gannet Rock, Skerry Point, Herring Bay, Aurora Harbor, Seal Haven, Reindeer Quay,
          Fjord End, Puffin Harbor, Lichen Bay, Cod Haven, Snow Goose Harbor, Amber Coast, Longnight Harbor, Elk Sound, Glacier Quay, Tern Haven`,
        "southern harbors": `Palm Haven, Coral Harbor, Mango Bay, Parrot Quay, Sunstone Harbor, Papaya Point, Turtle Bay, Hibiscus Harbor, Lagoon End, Flamingo Quay,
          Coconut Haven, Mangrove Harbor, Marlin Bay, Vanilla Coast, Pearl Diver Bay, Monsoon Harbor, Lime Haven, Gecko Point, Sandalwood Quay, Conch Harbor`,
        "river ports": `Mill Lock Port, Ferrymans Port, Reed Bank Port, Otter Port, Confluence Port, Barge Port, Willow Port, Towpath Port, Sluice Port, Trout Port,
          Gravel Port, Heron Port, Raft Port, Upper Ford Port, Lower Ford Port, Delta Port, Osier Port, Kingfisher Port, Sturgeon Port, Waterwheel Port`,
        "island harbors": `Goat Island, Lantern Island, Twin Palms Island, Cormorant Island, Thunder Island, Basalt Island, Windward Island, Leeward Island, Hermit Island,
          Olive Island, Crab Island, Salt Island, Driftwood Island, Volcano Island, Heather Island, Shell Island, Signal Island, Cinder Island, Clover Island,
          Sponge Island`,
        "trading posts": `Copper Post, Fur Post, Cotton Post, Indigo Post, Timber Post, Tea Post, Sugar Post, Granite Post, Slate Post, Wool Post, Silver Post, Pepper Post,
          Cocoa Post, Flax Post, Barley Post, Ivory Post, Cork Post, Rubber Post, Marble Post, Tin Post`,
      }),
    },
    {
      category: "Ship",
      kinds: kinds({
        "sailing ships": `Morning Star, Northern Wind, Gray Albatross, Patient Mary, Golden Heron, Sea Lark, Wandering Swan, Merry Dolphin, Lucky Penny, Silver Gull,
          Evening Tide, Brave Robin, Good Intent, Spindrift, Windflower, Ocean Thistle, Storm Petrel, White Heather, Blue Peter, Fair Isobel`,
        steamers: `Steamer Atlas, Steamer Boreas, Steamer Calypso, Steamer Daphne, Steamer Europa, Steamer Fortuna, Steamer Galatea, Steamer Helios, Steamer Iris,
          Steamer Juno, Steamer Leto, Steamer Minerva, Steamer Nereus, Steamer Orion, Steamer Pallas, Steamer Rhea, Steamer Selene, Steamer Titan, Steamer Urania,
          Steamer Vesta`,
        "fishing boats": `Lobster Jack, Mackerel Girl, Salty Nell, Net Mender, Early Catch, Two Brothers, Three Sisters, Stubborn Haddock, Happy Halibut, Shrimp Chaser,
          Foggy Dawn, Full Basket, Old Pilchard, Crab Dancer, Eager Cod, Silver Sprat, Bright Lure, Tight Line, Wet Boots, Deep Hook`,
        ferries: `Ferry Agnes, Ferry Beatrice, Ferry Clara, Ferry Dorothy, Ferry Edith, Ferry Flora, Ferry Greta, Ferry Hilda, Ferry Ingrid, Ferry Judith, Ferry Karin,
          Ferry Louise, Ferry Matilda, Ferry Nora, Ferry Olga, Ferry Paula, Ferry Rosa, Ferry Sophie, Ferry Thea, Ferry Ursula`,
        tugboats: `Tug Anvil, Tug Badger, Tug Crowbar, Tug Dynamo, Tug Elephant, Tug Flywheel, Tug Gorilla, Tug Hammer, Tug Ironclad, Tug Jackdaw, Tug Kestrel, Tug Lever,
          Tug Mammoth, Tug Noble, Tug Oxen, Tug Piston, Tug Ram, Tug Sampson, Tug Terrier, Tug Vulcan`,
      }),
    },
    {
      category: "Crate",
      kinds: kinds({
        "wooden crates": `Pine Crate, Oak Crate, Spruce Crate, Slatted Crate, Nailed Crate, Tarred Crate, Painted Crate, Branded Crate, Lidded Crate, Straw Crate,
          Cedar Crate, Birch Crate, Plywood Crate, Dovetail Crate, Export Crate, Stamped Crate, Ash Crate, Banded Crate, Padlock Crate, Pallet Crate`,
        chests: `Captain Chest, Brass Chest, Camphor Chest, Iron Chest, Carved Chest, Round Top Chest, Pilot Chest, Surgeon Chest, Sailmaker Chest, Leather Chest, Tea Chest,
          Map Chest, Gunner Chest, Cook Chest, Cargo Chest, Rope Chest, Teak Chest, Dowry Chest, Signal Chest, Steward Chest`,
        barrels: `Oak Barrel, Flour Barrel, Tar Barrel, Pickle Barrel, Rain Barrel, Nail Barrel, Cider Barrel, Apple Barrel, Oil Barrel, Biscuit Barrel, Herring Barrel,
          Vinegar Barrel, Honey Barrel, Powder Barrel, Syrup Barrel, Lime Barrel, Butter Barrel, Sand Barrel, Chestnut Barrel, Lamp Barrel`,
        "metal boxes": `Steel Locker, Zinc Locker, Paint Locker, Deck Locker, Chain Locker, Galley Locker, Flag Locker, Engine Locker, Lamp Locker, Cable Locker,
          Spare Parts Locker, Aft Locker, Forward Locker, Port Locker, Starboard Locker, Riveted Locker, Diver Locker, Bridge Locker, Bunk Locker, Mast Locker`,
        baskets: `Willow Basket, Wicker Basket, Rush Basket, Wire Basket, Bamboo Basket, Cane Basket, Seagrass Basket, Rope Basket, Reed Basket, Net Basket, Bread Basket,
          Laundry Basket, Mooring Basket, Oyster Basket, Eel Basket, Egg Basket, Coal Basket, Peat Basket, Berry Basket, Cork Basket`,
      }),
    },
    {
      category: "Tool",
      kinds: kinds({
        "hand tools": `Claw Hammer, Hand Saw, Wood Chisel, Screwdriver, Pliers, Spanner, Hand Drill, Rasp, Mallet, Crowbar, Spokeshave, Bradawl, Hacksaw, Vise, Hatchet,
          Plane, Scraper, Wire Cutter, Punch, Tin Snips`,
        "navigation tools": `Sextant, Ship Compass, Chart, Parallel Rule, Hourglass, Spyglass, Barometer, Astrolabe, Sounding Lead, Log Line, Chronometer, Signal Lamp, Fog Horn,
          Tide Table, Star Map, Wind Vane, Depth Gauge, Flare, Quadrant, Pelorus`,
        "rope work": `Marlinspike, Fid, Block, Shackle, Cleat, Hawser, Grommet, Thimble, Swivel, Carabiner, Heaving Line, Net Needle, Sail Needle, Sailmaker Palm, Eye Bolt,
          Turnbuckle, Snap Hook, Mooring Line, Rope Cutter, Splicing Wand`,
        "kitchen tools": `Ladle, Skillet, Colander, Rolling Pin, Kettle, Grater, Whisk, Cleaver, Spatula, Stockpot, Sieve, Mortar, Corkscrew, Tongs, Funnel, Peeler,
          Carving Fork, Bread Knife, Cake Tin, Measuring Cup`,
        "garden tools": `Spade, Rake, Hoe, Trowel, Watering Can, Shears, Scythe, Sickle, Pitchfork, Dibber, Wheelbarrow, Pruning Saw, Garden Fork, Seed Tray, Billhook, Mattock,
          Edger, Leaf Broom, Garden Hose, Plant Stake`,
      }),
    },
  ],
};
