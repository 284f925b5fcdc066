import type { Ecosystem } from "../../vocabulary.js";
import { kinds } from "./kinds.js";

/** Nature reserves with habitats with plants with small animals. */
export const reserve: Ecosystem = {
  name: "reserve",
  layers: [
    {
      category: "Reserve",
      kinds: kinds({
        "mountain reserves": `Eagle Crag Reserve, Marmot Peak Reserve, Snowmelt Reserve, Granite Pass Reserve, High Cirque Reserve, Larch Saddle Reserve, Twin Summits Reserve,
          Scree Valley Reserve, Thunderhead Reserve, Chamois Reserve, Gentian Reserve, Cloud Ridge Reserve, Moraine Reserve, Ibex Reserve, Edelweiss Reserve,
          Echo Wall Reserve, Needle Rock Reserve, Alpenglow Reserve, Old Glacier Reserve, Raven Peak Reserve`,
        "coastal parks": `Dune Park, Seal Beach Park, Limpet Cove Park, Barnacle Point Park, Samphire Park, Sandbar Park, Kelp Bay Park, Curlew Park, Razor Clam Park, Sea Holly Park,
          Spoonbill Park, Tidepool Park, Marram Park, Oystercatcher Park, Chalk Cliff Park, Shingle Spit Park, Grotto Park, Breakwater Park, Plover Park, Sea Stack Park`,
        "forest parks": `Bear Hollow Forest, Beech Hall Forest, Boar Wood Forest, Cuckoo Forest, Deerpath Forest, Fern Gully Forest, Foxglove Forest, Hazel Forest, Lynx Forest,
          Moss Cathedral Forest, Nuthatch Forest, Owlet Forest, Pinewood Forest, Shadow Dell Forest, Squirrel Run Forest, Tawny Forest, Truffle Forest, Wolf Den Forest,
          Yew Ring Forest, Woodcock Forest`,
        "dry lands": `Agave Desert, Camel Rock Desert, Cactus Wren Desert, Dry Wash Desert, Fennec Desert, Hot Spring Desert, Jackrabbit Desert, Lizard Flat Desert, Mesa Desert,
          Mirage Desert, Painted Sand Desert, Quail Desert, Red Arch Desert, Roadrunner Desert, Sagebrush Desert, Salt Pan Desert, Scorpion Desert, Sidewinder Desert,
          Thorn Tree Desert, Whistling Dune Desert`,
        wetlands: `Bittern Marsh, Bogbean Marsh, Bulrush Marsh, Crane Marsh, Cricket Frog Marsh, Dragonfly Marsh, Eel Marsh, Goose Marsh, Heron Marsh, Iris Marsh, Lapwing Marsh,
          Mallard Marsh, Newt Marsh, Otter Marsh, Peat Marsh, Pike Marsh, Rail Marsh, Sedge Marsh, Snipe Marsh, Teal Marsh`,
      }),
    },
    {
      category: "Habitat",
      kinds: kinds({
        "woodland habitats": `Oak Grove, Birch Grove, Pine Stand, Hazel Thicket, Fallen Log Clearing, Bramble Thicket, Mossy Glade, Sunny Glade, Coppice, Hollow Way, Shaded Ravine,
          Bluebell Clearing, Holly Thicket, Leaf Litter Hollow, Alder Carr, Chestnut Grove, Spruce Stand, Burnt Clearing, Old Orchard, Wood Edge`,
        "water habitats": `Beaver Pond, Lily Pond, Oxbow Lake, Spring Pool, Reed Bed, Mill Race, Gravel Stream, Waterfall Basin, Ditch, Peat Pool, Turlough, Marl Lake, Brook, Backwater,
          Vernal Pool, Flooded Quarry, Salt Lagoon, Mangrove Creek, Frog Ditch, Trout Run`,
        grasslands: `Hay Meadow, Chalk Meadow, Tall Prairie, Short Prairie, Sheep Pasture, Poppy Field, Clover Field, Wet Meadow, Heath, Steppe Plot, Savanna Plot, Rye Verge,
          Buttercup Meadow, Thistle Field, Fallow Field, Orchid Meadow, Kite Pasture, Cowslip Bank, Anthill Meadow, Windy Down`,
        "rock habitats": `Limestone Ledge, Boulder Field, Cave Mouth, Gorge Wall, Slate Bank, Lava Field, Sea Cliff, Scree Slope, Dry Stone Wall, Gravel Pit, Sandstone Arch, Quartz Ridge,
          Ruined Tower, Canyon Floor, Pebble Bank, Granite Dome, Rock Garden, Marble Shelf, Sinkhole, Basalt Column Field`,
        "garden habitats": `Rose Garden, Herb Garden, Kitchen Garden, Roof Garden, Walled Garden, Butterfly Garden, Fern Garden, Bog Garden, Winter Garden, Tea Garden, Maze Garden,
          Terrace Garden, Palm House, Glasshouse, Cactus House, Nursery Bed, Compost Corner, Bee Yard, Pergola Walk, Lavender Bed`,
      }),
    },
    {
      category: "Plant",
      kinds: kinds({
        trees: `Sessile Oak, Silver Birch, Scots Pine, Common Ash, Field Maple, Wych Elm, Sweet Chestnut, Black Poplar, White Willow, Rowan Tree, Hornbeam, Wild Cherry, Crab Apple,
          Norway Spruce, European Larch, Stone Pine, Lime Tree, Alder Tree, Yew Tree, Cork Oak`,
        flowers: `Daisy, Bluebell, Primrose, Foxglove, Cowslip, Buttercup, Marigold, Cornflower, Poppy, Snowdrop, Violet, Harebell, Oxeye, Campion, Tansy, Yarrow, Speedwell, Bee Orchid,
          Lily of the Valley, Globe Thistle`,
        shrubs: `Hawthorn, Blackthorn, Elderberry, Gorse, Broom Bush, Dogwood, Spindle Bush, Privet, Juniper, Barberry, Buckthorn, Guelder Rose, Heather, Bilberry, Dog Rose, Sea Buckthorn,
          Lilac, Box Bush, Snowberry, Witch Hazel`,
        ferns: `Hart Tongue Fern, Lady Fern, Royal Fern, Maidenhair Fern, Bracken, Polypody, Hard Fern, Oak Fern, Beech Fern, Parsley Fern, Marsh Fern, Shield Fern, Buckler Fern,
          Ostrich Fern, Rusty Back Fern, Wall Rue, Spleenwort, Adder Tongue Fern, Moonwort, Filmy Fern`,
        "water plants": `Water Lily, Yellow Iris, Bulrush, Water Mint, Marsh Marigold, Arrowhead, Frogbit, Duckweed, Hornwort, Water Violet, Brooklime, Bogbean, Flowering Rush, Bur Reed,
          Water Plantain, Bladderwort, Purple Loosestrife, Meadowsweet, Mares Tail, Pondweed`,
      }),
    },
    {
      category: "Animal",
      kinds: kinds({
        beetles: `Stag Beetle, Ground Beetle, Ladybug, Weevil, Rose Chafer, Click Beetle, Rhinoceros Beetle, Dung Beetle, Longhorn Beetle, Glowworm, Bark Beetle, Tiger Beetle, Soldier Beetle,
          Oil Beetle, Leaf Beetle, Burying Beetle, Diving Beetle, Carpet Beetle, Cardinal Beetle, Tortoise Beetle`,
        butterflies: `Brimstone, Peacock, Red Admiral, Painted Lady, Swallowtail, Orange Tip, Purple Emperor, Comma, Small Copper, Holly Blue, Ringlet, Grayling, Marbled White, Clouded Yellow,
          Speckled Wood, Hawk Moth, Burnet Moth, Tiger Moth, Emperor Moth, Silk Moth`,
        spiders: `Orb Weaver, Wolf Spider, Jumping Spider, Crab Spider, Raft Spider, Cellar Spider, Wasp Spider, Trapdoor Spider, Money Spider, Lynx Spider, Harvestman, Tarantula,
          House Spider, Cave Spider, Purse Web Spider, Nursery Web Spider, Zebra Spider, Water Spider, Garden Spider, Ladybird Spider`,
        snails: `Garden Snail, Roman Snail, Ramshorn Snail, Pond Snail, Glass Snail, Amber Snail, Door Snail, Moss Snail, Cheese Snail, Grove Snail, Hairy Snail, Copse Snail, Leopard Slug,
          Black Slug, Banded Snail, Bladder Snail, Chrysalis Snail, River Limpet, Apple Snail, Plait Snail`,
        "bees and kin": `Honey Bee, Bumble Bee, Mason Bee, Leafcutter Bee, Carpenter Bee, Wool Carder Bee, Mining Bee, Hornet, Paper Wasp, Gall Wasp, Digger Wasp, Wood Ant, Garden Ant,
          Harvester Ant, Sawfly, Hoverfly, Bee Fly, Ichneumon, Velvet Ant, Potter Wasp`,
      }),
    },
  ],
};
