/// The words of the micro world. Lists are as long as the code asks for; their order has no
/// meaning.
#pragma once

#include <array>
#include <string_view>

namespace smdm::microworld {

/// Women and men in turn.
inline constexpr auto kNames = std::to_array<std::string_view>({
    "Ann", "Ben", "Cleo", "Dan",  "Eva",  "Finn", "Gina", "Hugo", "Ida",  "Jack", "Kate", "Leo",
    "Mia", "Ned", "Olga", "Paul", "Rosa", "Sam",  "Tina", "Umar", "Vera", "Will", "Yara", "Zack",
});

inline constexpr auto kAdjectives = std::to_array<std::string_view>({
    "small",
    "big",
    "old",
    "young",
    "quiet",
    "loud",
    "lazy",
    "shiny",
    "dusty",
    "heavy",
    "famous",
    "lucky",
});

inline constexpr auto kDays = std::to_array<std::string_view>({
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
});

inline constexpr auto kAnimals = std::to_array<std::string_view>({
    "otter",    "fox",    "bear",   "wolf",   "hare",    "mole",   "deer",    "goat",   "sheep",
    "cow",      "horse",  "pig",    "duck",   "goose",   "hen",    "swan",    "crow",   "owl",
    "hawk",     "eagle",  "robin",  "wren",   "lark",    "finch",  "dove",    "gull",   "heron",
    "stork",    "parrot", "raven",  "magpie", "frog",    "toad",   "newt",    "snake",  "lizard",
    "gecko",    "turtle", "salmon", "trout",  "carp",    "pike",   "eel",     "shark",  "whale",
    "seal",     "walrus", "squid",  "crab",   "lobster", "shrimp", "snail",   "slug",   "worm",
    "ant",      "bee",    "wasp",   "moth",   "spider",  "beetle", "cricket", "mouse",  "rat",
    "vole",     "shrew",  "bat",    "badger", "weasel",  "stoat",  "mink",    "beaver", "squirrel",
    "hedgehog", "rabbit", "lynx",   "puma",   "tiger",   "lion",   "zebra",   "camel",  "llama",
    "monkey",   "lemur",  "ape",    "sloth",  "koala",   "panda",  "hyena",   "jackal", "moose",
    "bison",    "yak",    "donkey", "pony",   "mule",    "pigeon",
});

inline constexpr auto kObjects = std::to_array<std::string_view>({
    "kettle",  "spoon",    "fork",    "plate",  "bowl",   "cup",     "jug",     "pan",     "tray",
    "basket",  "box",      "trunk",   "bag",    "sack",   "purse",   "wallet",  "belt",    "boot",
    "shoe",    "sandal",   "glove",   "scarf",  "coat",   "hat",     "shirt",   "skirt",   "apron",
    "blanket", "pillow",   "curtain", "carpet", "mat",    "lamp",    "candle",  "lantern", "mirror",
    "clock",   "bell",     "whistle", "drum",   "flute",  "harp",    "fiddle",  "horn",    "kite",
    "doll",    "puppet",   "ball",    "rope",   "chain",  "hook",    "ladder",  "bucket",  "shelf",
    "desk",    "table",    "chair",   "stool",  "bench",  "bed",     "cradle",  "door",    "gate",
    "fence",   "wheel",    "cart",    "wagon",  "sledge", "boat",    "raft",    "oar",     "anchor",
    "sail",    "net",      "tent",    "flag",   "book",   "letter",  "stamp",   "coin",    "ring",
    "brooch",  "necklace", "crown",   "comb",   "razor",  "needle",  "thimble", "vase",    "statue",
    "barrel",  "bottle",   "jar",     "basin",  "stove",  "bicycle",
});

/// What somebody did.
inline constexpr auto kEvents = std::to_array<std::string_view>({
    "tripped",   "won",       "sneezed",  "sang",       "danced",   "fell",        "slept",
    "dreamed",   "swam",      "ran",      "jumped",     "cried",    "laughed",     "shouted",
    "whispered", "coughed",   "yawned",   "cooked",     "baked",    "painted",     "sewed",
    "dug",       "climbed",   "sailed",   "rowed",      "fished",   "hunted",      "camped",
    "hiked",     "skated",    "skied",    "cycled",     "flew",     "drove",       "walked",
    "waited",    "prayed",    "voted",    "worked",     "studied",  "wrote",       "drew",
    "played",    "gambled",   "traded",   "argued",     "fought",   "surrendered", "escaped",
    "hid",       "returned",  "left",     "arrived",    "stayed",   "moved",       "retired",
    "married",   "graduated", "failed",   "passed",     "lied",     "confessed",   "apologized",
    "forgave",   "promised",  "forgot",   "guessed",    "stumbled", "whistled",    "knitted",
    "juggled",   "wrestled",  "mumbled",  "complained", "boasted",  "begged",      "hesitated",
    "fainted",   "recovered", "vanished",
});

/// Headings of things that people do.
inline constexpr auto kActivities = std::to_array<std::string_view>({
    "Rowing",    "Baking",     "Fishing",   "Sailing",   "Skating",   "Knitting", "Sewing",
    "Painting",  "Drawing",    "Carving",   "Weaving",   "Gardening", "Mowing",   "Digging",
    "Planting",  "Harvesting", "Milking",   "Shearing",  "Riding",    "Racing",   "Jumping",
    "Running",   "Climbing",   "Hiking",    "Camping",   "Swimming",  "Diving",   "Surfing",
    "Skiing",    "Boxing",     "Fencing",   "Wrestling", "Bowling",   "Juggling", "Dancing",
    "Singing",   "Drumming",   "Whistling", "Acting",    "Writing",   "Reading",  "Printing",
    "Binding",   "Sorting",    "Packing",   "Loading",   "Driving",   "Towing",   "Parking",
    "Welding",   "Forging",    "Casting",   "Plumbing",  "Roofing",   "Tiling",   "Plastering",
    "Polishing", "Waxing",     "Sweeping",  "Mopping",   "Dusting",   "Washing",  "Ironing",
    "Folding",   "Cooking",    "Frying",    "Boiling",   "Grilling",  "Roasting", "Peeling",
    "Chopping",  "Mixing",     "Kneading",  "Brewing",   "Tasting",   "Serving",  "Selling",
    "Trading",   "Counting",   "Measuring", "Weighing",  "Mapping",   "Filming",  "Photographing",
    "Recording", "Tuning",     "Repairing", "Building",  "Sanding",   "Sawing",   "Drilling",
    "Gluing",    "Wrapping",   "Mailing",   "Hunting",   "Archery",
});

// Values, twelve of a kind.
inline constexpr auto kFoods = std::to_array<std::string_view>({
    "clover",
    "corn",
    "moss",
    "nuts",
    "seeds",
    "berries",
    "grass",
    "roots",
    "bark",
    "cheese",
    "bread",
    "honey",
});
inline constexpr auto kHabitats = std::to_array<std::string_view>({
    "forest",
    "river",
    "lake",
    "meadow",
    "desert",
    "cave",
    "swamp",
    "mountain",
    "valley",
    "island",
    "beach",
    "jungle",
});
inline constexpr auto kColours = std::to_array<std::string_view>({
    "brown",
    "black",
    "white",
    "grey",
    "red",
    "blue",
    "green",
    "yellow",
    "pink",
    "purple",
    "orange",
    "golden",
});
inline constexpr auto kMaterials = std::to_array<std::string_view>({
    "wood",
    "tin",
    "clay",
    "glass",
    "stone",
    "silver",
    "copper",
    "iron",
    "leather",
    "wool",
    "paper",
    "bone",
});
inline constexpr auto kRooms = std::to_array<std::string_view>({
    "kitchen",
    "attic",
    "cellar",
    "hall",
    "bedroom",
    "bathroom",
    "office",
    "garden",
    "library",
    "shed",
    "stable",
    "porch",
});
inline constexpr auto kTowns = std::to_array<std::string_view>({
    "Oakton",
    "Elmford",
    "Ashby",
    "Pinewick",
    "Birchley",
    "Cedarton",
    "Mapleby",
    "Hazelford",
    "Rowanley",
    "Alderwick",
    "Willowby",
    "Larchton",
});
inline constexpr auto kTools = std::to_array<std::string_view>({
    "brush",
    "cloth",
    "sponge",
    "glue",
    "wire",
    "thread",
    "hammer",
    "file",
    "wax",
    "soap",
    "tape",
    "rag",
});
inline constexpr auto kFeelings = std::to_array<std::string_view>({
    "sad",
    "proud",
    "tired",
    "happy",
    "angry",
    "afraid",
    "bored",
    "calm",
    "jealous",
    "lonely",
    "ashamed",
    "curious",
});
inline constexpr auto kNextSteps = std::to_array<std::string_view>({
    "rest",
    "eat",
    "drink",
    "wash",
    "smile",
    "cry",
    "hide",
    "leave",
    "sing",
    "cook",
    "pack",
    "phone",
});
inline constexpr auto kWishes = std::to_array<std::string_view>({
    "money",
    "water",
    "tea",
    "milk",
    "help",
    "peace",
    "music",
    "news",
    "flowers",
    "fruit",
    "soup",
    "cake",
});
inline constexpr auto kEndings = std::to_array<std::string_view>({
    "lifts the lid",
    "turns the crank",
    "folds the page",
    "rings the alarm",
    "opens the window",
    "counts the stars",
    "ties the knot",
    "lights the fire",
    "fills the tank",
    "pushes the button",
    "shakes the tree",
    "draws the circle",
});
inline constexpr auto kNoYes = std::to_array<std::string_view>({"no", "yes"});

/// What somebody takes first; it says nothing about what follows.
inline constexpr auto kBeginnings = std::to_array<std::string_view>({
    "takes the bag",
    "finds the key",
    "moves the chair",
    "reads the note",
    "waits a minute",
    "calls a friend",
    "checks the list",
    "wears the gloves",
    "cleans the desk",
    "drinks the tea",
    "closes the gate",
    "whistles a song",
});

// Dated documents.
inline constexpr auto kBuildings = std::to_array<std::string_view>({
    "school",
    "bridge",
    "market",
    "museum",
    "theatre",
    "station",
    "harbour",
    "hospital",
});
inline constexpr auto kGoods = std::to_array<std::string_view>({
    "bread",
    "milk",
    "cheese",
    "corn",
    "wool",
    "copper",
    "leather",
    "honey",
});
/// Topics that fade, then topics that rise: each row is one topic.
inline constexpr std::array<std::array<std::string_view, 4>, 8> kTopics = {{
    {"frost", "snow", "ice", "sledges"},
    {"wolves", "hunters", "tracks", "traps"},
    {"ghosts", "castles", "legends", "curses"},
    {"horses", "saddles", "races", "stables"},
    {"engines", "rails", "tunnels", "tickets"},
    {"strikes", "wages", "unions", "votes"},
    {"comets", "moons", "lenses", "charts"},
    {"films", "actors", "cameras", "scripts"},
}};

// Arithmetic.
inline constexpr auto kThings = std::to_array<std::string_view>({
    "apples",
    "coins",
    "books",
    "pens",
    "stamps",
    "marbles",
});
inline constexpr auto kGains = std::to_array<std::string_view>({"buys", "finds", "gets", "wins"});
inline constexpr auto kLosses =
    std::to_array<std::string_view>({"sells", "loses", "drops", "gives"});

// Reversal facts: surnames and things are one part of each list joined.
inline constexpr auto kFirstNames = std::to_array<std::string_view>({
    "Ada",   "Alma",  "Bela",  "Boris", "Carla", "Cyrus", "Dora", "Edgar", "Elsa",   "Felix",
    "Flora", "Gus",   "Hilda", "Igor",  "Iris",  "Jonas", "Karl", "Lena",  "Lukas",  "Maud",
    "Nora",  "Oscar", "Petra", "Quinn", "Rita",  "Simon", "Thea", "Ulla",  "Victor", "Wanda",
});
inline constexpr auto kSurnameBegins = std::to_array<std::string_view>({
    "Bram",
    "Cald",
    "Dorn",
    "Fair",
    "Glen",
    "Hart",
    "Kirk",
    "Lang",
    "Marl",
    "North",
    "Rock",
    "Thorn",
});
inline constexpr auto kSurnameEnds = std::to_array<std::string_view>({
    "ford",
    "well",
    "by",
    "ton",
    "wick",
    "dale",
    "more",
    "ley",
    "stead",
    "gate",
});
inline constexpr auto kThingBegins = std::to_array<std::string_view>({
    "moon",
    "sun",
    "star",
    "wind",
    "rain",
    "snow",
    "cloud",
    "river",
    "dream",
    "ghost",
    "glass",
    "thunder",
});
inline constexpr auto kThingEnds = std::to_array<std::string_view>({
    "harp",
    "wheel",
    "clock",
    "lamp",
    "ship",
    "bridge",
    "mill",
    "bell",
    "kite",
    "loom",
});
inline constexpr auto kProfessions = std::to_array<std::string_view>({
    "baker",  "miller",  "tailor", "mason",   "potter", "sailor", "painter",
    "doctor", "teacher", "singer", "farmer",  "hunter", "smith",  "cook",
    "clerk",  "judge",   "barber", "plumber", "pilot",  "poet",
});
inline constexpr auto kDeeds = std::to_array<std::string_view>({
    "built",
    "painted",
    "found",
    "stole",
    "repaired",
    "bought",
    "sold",
    "hid",
    "broke",
    "designed",
});

}  // namespace smdm::microworld
