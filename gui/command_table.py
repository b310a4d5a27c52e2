"""The one table of actions: menus, toolbar, palette and shortcut sheet are built from it.

No Qt here. A shortcut is written as Qt reads it; "" is none. `menu` is a path ("View/Theme");
commands of one menu with different `section` are parted by a line. Commands of one `group` exclude
each other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One thing that can be done, as every place in the window shows it."""

    id: str
    title: str
    menu: str
    shortcut: str
    icon: str
    tooltip: str
    checkable: bool = False
    section: int = 0
    group: str = ""


def _command(id: str, title: str, menu: str, shortcut: str, icon: str, tooltip: str, *,
             section: int = 0, check: bool = False, group: str = "") -> Command:  # fmt: skip
    return Command(id, title, menu, shortcut, icon, tooltip, check or bool(group), section, group)


_c = _command

COMMANDS: tuple[Command, ...] = (
    _c("data.folder", "Open image folder…", "File", "Ctrl+O", "folder",
       "Learn from a folder of images, one folder a class or all in one"),
    _c("data.zip", "Open image archive…", "File", "Ctrl+Shift+O", "data",
       "Learn from a zip file with a folder of images in it"),
    _c("data.picture", "Augment a picture…", "File", "Ctrl+Alt+A", "data",
       "See what each augmentation makes of a picture of your own"),
    _c("map.open", "Open features…", "File", "Ctrl+Alt+O", "map",
       "Map features that another program made: NumPy, CSV, Parquet, TensorBoard projector"),
    _c("run.import", "Import run…", "File", "Ctrl+I", "import",
       "Open a run folder that was made elsewhere; nothing in it is executed"),
    _c("run.folder", "Show run folder", "File", "Ctrl+Shift+R", "folder",
       "Show the files of this run in the file manager", section=1),
    _c("run.export", "Export run…", "File", "Ctrl+E", "export",
       "Write its curves, pictures, weights and report as files for other programs", section=1),
    _c("run.report", "Write report…", "File", "Ctrl+Shift+E", "report",
       "Write one HTML page with the curves, pictures and results of this run", section=1),
    _c("compare.export", "Export comparison…", "File", "Ctrl+Alt+E", "export",
       "Write tables, numbers and graphs of the comparison that is open as files", section=1),
    _c("settings", "Settings…", "File", "Ctrl+,", "settings",
       "Folders, appearance, saving, threads", section=2),
    _c("quit", "Quit", "File", "Ctrl+Q", "quit", "Save everything and leave", section=3),

    _c("go.gallery", "Gallery", "Go", "Ctrl+1", "gallery", "Choose a method to train",
       group="page"),
    _c("go.workbench", "Workbench", "Go", "Ctrl+2", "workbench", "Watch the run that is open",
       group="page"),
    _c("go.runs", "Runs", "Go", "Ctrl+3", "runs", "All runs, finished and interrupted",
       group="page"),
    _c("go.data", "Data", "Go", "Ctrl+4", "data",
       "Browse the images and what the augmentations make of them", group="page"),
    _c("go.compare", "Compare", "Go", "Ctrl+5", "compare",
       "Train several methods alike and see which features are best", group="page"),
    _c("go.maps", "Maps", "Go", "Ctrl+6", "map",
       "Map anyone's features, one run or two side by side", group="page"),
    _c("snapshot.previous", "Previous snapshot", "Go", "[", "chevron-left",
       "Look at the weights of the snapshot before", section=1),
    _c("snapshot.next", "Next snapshot", "Go", "]", "chevron-right",
       "Look at the weights of the snapshot after", section=1),
    _c("snapshot.first", "First snapshot", "Go", "Alt+Home", "first",
       "Look at the weights before any training", section=1),
    _c("snapshot.last", "Last snapshot", "Go", "Alt+End", "last",
       "Look at the weights of the last snapshot", section=1),
    _c("snapshot.live", "Follow the training", "Go", "L", "live",
       "Look at the weights as they are now", section=1, check=True),
    _c("snapshot.play", "Play the timeline", "Go", "P", "film",
       "Run through the snapshots from the first to the last", section=1, check=True),

    _c("run.toggle", "Start or pause", "Run", "Space", "play",
       "Start the training, or pause it after the step it is in"),
    _c("run.step", "Step once", "Run", ".", "step", "Take one training step and pause"),
    _c("run.stop", "Stop", "Run", "Ctrl+.", "stop",
       "End the training within one step; its last state is kept"),
    _c("run.new", "New run", "Run", "Ctrl+N", "reset",
       "Begin again from the options as they stand; this run is kept"),
    _c("run.live", "Change a live option", "Run", "Ctrl+L", "edit",
       "Go to the options that may change while training", section=1),
    _c("run.picture", "Look at own picture…", "Run", "Ctrl+Shift+I", "data",
       "Let every panel of this run look at a picture of your own", section=1),
    _c("run.evaluate", "Evaluate", "Run", "Ctrl+Shift+V", "target",
       "Measure what was learned: nearest neighbours, linear probes, few labels", section=2),
    _c("run.companion", "Train the companion", "Run", "Ctrl+Shift+T", "pair",
       "Train the method that the paper compares this one with, on the same images", section=2),
    _c("run.copy_command", "Copy command line", "Run", "Ctrl+Shift+C", "command",
       "Copy the command that repeats this run without a window", section=3),
    _c("run.copy_config", "Copy options", "Run", "Ctrl+Alt+C", "copy",
       "Copy the options of this run as JSON", section=3),

    _c("map.move", "Move and pick", "Map", "Alt+V", "move", "Drag the map, click a point"),
    _c("map.lasso", "Lasso", "Map", "Alt+L", "lasso",
       "Choose points by drawing around them; Shift adds, Alt takes away"),
    _c("map.box", "Box", "Map", "Alt+B", "box",
       "Choose points by a box; Shift adds, Alt takes away"),
    _c("map.reset", "Whole map", "Map", "Alt+R", "reset", "Bring all points into sight"),
    _c("map.all", "Choose all points", "Map", "Ctrl+Alt+L", "check", "Choose every point",
       section=1),
    _c("map.invert", "Invert the choice", "Map", "Ctrl+Alt+I", "undo",
       "Choose what was not chosen", section=1),
    _c("map.clear", "Choose nothing", "Map", "Ctrl+Alt+N", "close", "Let go of what is chosen",
       section=1),
    _c("map.find", "Search the points", "Map", "Ctrl+F", "search",
       "Find points by class, name, number or column", section=1),
    _c("map.isolate", "Isolate", "Map", "Ctrl+Alt+H", "isolate", "Show only what is chosen, or all",
       section=2),
    _c("map.name", "Name the group…", "Map", "Ctrl+G", "group",
       "Keep what is chosen as a group with a name", section=2),
    _c("map.real", "Is this cluster real?", "Map", "Ctrl+Alt+R", "verdict",
       "Test what is chosen with other seeds and perplexities, and against chance", section=2),
    _c("map.thumbnails", "Thumbnails", "Map", "Alt+T", "thumbnails",
       "Pictures in place of points, where there is room", section=3),
    _c("map.space", "Three dimensions", "Map", "Alt+D", "cube", "Lay the map out in space, or flat",
       section=3),
    _c("map.views", "Views of the picked picture", "Map", "Alt+A", "cloud",
       "Draw where a picture's augmented views lie", section=3),
    _c("map.trails", "Trails", "Map", "Alt+Y", "trails",
       "Draw the way of the chosen points through the snapshots", section=3),
    _c("map.columns", "Colour by a table…", "Map", "Ctrl+Alt+T", "import",
       "Colour the points by any column of a CSV or Parquet file of yours", section=3),
    _c("map.film", "Lay out all snapshots", "Map", "Ctrl+Alt+F", "film",
       "Make the film of this run that the timeline scrubs through", section=4),
    _c("map.export", "Export the map…", "Map", "Ctrl+Alt+M", "export",
       "Coordinates, features and groups, a picture, or the film", section=4),
    _c("map.explore", "Open on the page of maps", "Map", "Ctrl+M", "map",
       "Look at this run's features on a large map", section=5),
    _c("map.compare", "Compare two maps", "Map", "Ctrl+Shift+M", "compare",
       "Two runs or two snapshots side by side, lying alike", section=5),

    _c("figure.png", "Save as PNG…", "Figure", "Ctrl+S", "save",
       "Save the active figure as pixels, with run, step and seed in the file"),
    _c("figure.svg", "Save as SVG…", "Figure", "Ctrl+Shift+S", "save",
       "Save the active figure as a drawing"),
    _c("figure.csv", "Save as CSV…", "Figure", "Ctrl+Alt+S", "save",
       "Save the numbers of the active figure as a table"),
    _c("figure.copy", "Copy picture", "Figure", "Ctrl+Alt+P", "copy",
       "Copy the active figure as a picture"),
    _c("window.screenshot", "Screenshot of the window…", "Figure", "F12", "camera",
       "Save a picture of the whole window", section=1),

    _c("theme.light", "Light", "View/Theme", "", "sun", "Dark on light", group="theme"),
    _c("theme.dark", "Dark", "View/Theme", "", "moon", "Light on dark", group="theme"),
    _c("theme.system", "As the system", "View/Theme", "", "screen",
       "Light or dark as the system says", group="theme"),
    _c("layout.train", "Train", "View/Layout", "Alt+1", "layout",
       "Options, curves and pictures side by side"),
    _c("layout.look", "Look", "View/Layout", "Alt+2", "layout",
       "Pictures and maps large, options put away"),
    _c("layout.present", "Present", "View/Layout", "Alt+3", "layout",
       "One figure large, for showing to a room"),
    _c("layout.reset", "Reset layout", "View/Layout", "Alt+0", "reset",
       "Put every dock back where it was at first", section=1),
    _c("view.log", "Log", "View", "Ctrl+Shift+L", "log",
       "Show or hide what the program says of its work", section=1, check=True),
    _c("view.note", "Note", "View", "Ctrl+Shift+N", "note",
       "Show or hide the note about the method", section=1, check=True),
    _c("view.palette", "Command palette…", "View", "Ctrl+Shift+P", "search",
       "Find any action by typing", section=2),

    _c("help.shortcuts", "Keyboard shortcuts", "Help", "F1", "keyboard",
       "All shortcuts on one sheet"),
    _c("help.tour", "Take the tour", "Help", "Shift+F1", "tour",
       "A walk through the window in a minute"),
    _c("help.welcome", "Show the welcome", "Help", "", "home",
       "Show again what was shown at the first start"),
    _c("help.about", "About Selfsight", "Help", "", "info",
       "Version, libraries and licences", section=1),
)  # fmt: skip

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}
