"""The shapes of the icons: SVG on a 24 x 24 grid, drawn with one round line in `currentColor`."""

from __future__ import annotations

SHAPES: dict[str, str] = {
    # running
    "play": (
        '<path d="M7.5 4.8v14.4a.6.6 0 0 0 .92.5l11-7.2a.6.6 0 0 0 0-1l-11-7.2a.6.6 0 0 0-.92.5z"/>'
    ),
    "pause": (
        '<rect x="6" y="4.5" width="4" height="15" rx="1"/><rect x="14" y="4.5" width="4" '
        'height="15" rx="1"/>'
    ),
    "step": (
        '<path d="M6 5.2v13.6a.6.6 0 0 0 .93.5l8.6-6.8a.6.6 0 0 0 0-1L6.93 4.7a.6.6 0 0 '
        '0-.93.5z"/><path d="M19 5v14"/>'
    ),
    "stop": '<rect x="5.5" y="5.5" width="13" height="13" rx="2"/>',
    "reset": '<path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5"/><path d="M4 4v4.5h4.5"/>',
    "more": '<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="2.6"/>',
    "arena": (
        '<circle cx="7.5" cy="8" r="3.5"/><circle cx="16.5" cy="16" r="3.5"/>'
        '<path d="M13 5.5h3.5a3 3 0 0 1 3 3V9"/><path d="M11 18.5H7.5a3 3 0 0 1-3-3V15"/>'
    ),
    # places
    "gallery": (
        '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" '
        'width="6.5" height="6.5" rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" '
        'rx="1.5"/><rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>'
    ),
    "workbench": '<path d="M4 4v14a2 2 0 0 0 2 2h14"/><path d="M8 8c1.5 6 5 7.5 12 7.8"/>',
    "runs": '<path d="M9 6h11M9 12h11M9 18h11"/><path d="M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>',
    "data": (
        '<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="8.5" cy="10" '
        'r="1.5"/><path d="M4 17l4.5-4 3 2.5 4-4.5 5 5"/>'
    ),
    "compare": (
        '<rect x="3.5" y="5" width="7" height="14" rx="1.5"/><rect x="13.5" y="5" width="7" '
        'height="14" rx="1.5"/>'
    ),
    # doing
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>',
    "save": '<path d="M12 4v10.5"/><path d="M7.5 10.5L12 15l4.5-4.5"/><path d="M4.5 19.5h15"/>',
    "camera": (
        '<path d="M4 8.5a2 2 0 0 1 2-2h2l1.6-2h4.8l1.6 2h2a2 2 0 0 1 2 2V17a2 2 0 0 1-2 '
        '2H6a2 2 0 0 1-2-2z"/><circle cx="12" cy="12.7" r="3.3"/>'
    ),
    "export": (
        '<path d="M12 15V4.5"/><path d="M7.5 9L12 4.5 16.5 9"/><path d="M4.5 14.5V18a2 2 0 0 '
        '0 2 2h11a2 2 0 0 0 2-2v-3.5"/>'
    ),
    "import": (
        '<path d="M12 4.5V15"/><path d="M7.5 10.5L12 15l4.5-4.5"/><path d="M4.5 14.5V18a2 2 '
        '0 0 0 2 2h11a2 2 0 0 0 2-2v-3.5"/>'
    ),
    "copy": (
        '<rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2"/><path d="M15.5 8.5V6a2 2 0 '
        '0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5"/>'
    ),
    "folder": (
        '<path d="M3.5 7.5a2 2 0 0 1 2-2h3.6l2.2 2.5h7.2a2 2 0 0 1 2 2V17a2 2 0 0 1-2 '
        '2h-13a2 2 0 0 1-2-2z"/>'
    ),
    "film": (
        '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M8 5v14M16 5v14M3.5 '
        '9.5H8M3.5 14.5H8M16 9.5h4.5M16 14.5h4.5"/>'
    ),
    "film-back": (
        '<path d="M11.5 6.2v11.6a.5.5 0 0 1-.8.4L3.4 12.4a.5.5 0 0 1 0-.8l7.3-5.8a.5.5 0 0 1 '
        '.8.4z"/><path d="M21 6.2v11.6a.5.5 0 0 1-.8.4l-7.3-5.8a.5.5 0 0 1 0-.8l7.3-5.8a.5.5 '
        '0 0 1 .8.4z"/>'
    ),
    "target": (
        '<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="3"/><path d="M12 2v4M12 '
        '18v4M2 12h4M18 12h4"/>'
    ),
    "report": (
        '<path d="M6 3.5h8L19 8.5V18.5a2 2 0 0 1-2 2H6.5a1.5 1.5 0 0 1-1.5-1.5V4.5z"/><path '
        'd="M13.5 3.5V9H19M8.5 13h7M8.5 16.5h5"/>'
    ),
    "edit": (
        '<path d="M4.5 19.5l1-4L16.2 4.8a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2L8.5 18.5z"/>'
        '<path d="M14 7l3 3"/>'
    ),
    "pair": '<circle cx="8.5" cy="12" r="5"/><circle cx="15.5" cy="12" r="5"/>',
    # maps
    "map": (
        '<circle cx="6.5" cy="8" r="1.6"/><circle cx="10.5" cy="5.5" r="1.6"/><circle cx="9.5" '
        'cy="11" r="1.6"/><circle cx="17" cy="14.5" r="1.6"/><circle cx="14" cy="18" r="1.6"/>'
        '<circle cx="18.5" cy="18.8" r="1.6"/>'
    ),
    "move": (
        '<path d="M12 3.5v17M3.5 12h17M12 3.5L9.5 6M12 3.5L14.5 6M12 20.5L9.5 18M12 20.5l2.5-2.5'
        'M3.5 12L6 9.5M3.5 12L6 14.5M20.5 12L18 9.5M20.5 12L18 14.5"/>'
    ),
    "lasso": (
        '<ellipse cx="12" cy="9.5" rx="8.5" ry="5.5" stroke-dasharray="3 2.4"/>'
        '<path d="M7 14.2c-1.6 1-1.8 3 0 3.6 1.6.5 2.4 1.4 1.6 2.9"/>'
    ),
    "box": ('<rect x="4" y="4" width="16" height="16" rx="1" stroke-dasharray="3.2 2.6"/>'),
    "thumbnails": (
        '<rect x="3.5" y="4" width="8" height="8" rx="1.2"/><rect x="13" y="11.5" width="7.5" '
        'height="7.5" rx="1.2"/><circle cx="16.5" cy="6" r="1.3"/><circle cx="6.5" cy="17" '
        'r="1.3"/>'
    ),
    "trails": ('<path d="M4 19c2-6 6-3 8-8s4-5 6-5.5"/><circle cx="18.8" cy="5.2" r="1.9"/>'),
    "cloud": (
        '<circle cx="12" cy="12" r="2.2"/><circle cx="5.5" cy="8" r="1.4"/><circle cx="18" '
        'cy="7" r="1.4"/><circle cx="17" cy="17.5" r="1.4"/><circle cx="7" cy="18" r="1.4"/>'
        '<path d="M10 11L6.8 8.9M13.8 10.7l3-2.7M13.6 13.5l2.5 2.9M10.5 13.7L8 16.8"/>'
    ),
    "cube": (
        '<path d="M12 3.5l7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7z"/><path d="M4.5 7.7L12 12l7.5-4.3'
        'M12 12v8.5"/>'
    ),
    "timer": '<circle cx="12" cy="13.5" r="7"/><path d="M12 9.5v4l2.6 1.6M9.5 3.5h5M12 3.5v3"/>',
    "isolate": (
        '<circle cx="12" cy="12" r="3"/><path d="M4 8.5V6a2 2 0 0 1 2-2h2.5M15.5 4H18a2 2 0 0 1 '
        '2 2v2.5M20 15.5V18a2 2 0 0 1-2 2h-2.5M8.5 20H6a2 2 0 0 1-2-2v-2.5"/>'
    ),
    "verdict": (
        '<path d="M12 3.5l7 2.6v5.4c0 4.3-2.9 7.4-7 9-4.1-1.6-7-4.7-7-9V6.1z"/>'
        '<path d="M8.8 12l2.3 2.3 4.2-4.6"/>'
    ),
    "group": (
        '<path d="M4 12.2V5.5A1.5 1.5 0 0 1 5.5 4h6.7l7.4 7.4a1.5 1.5 0 0 1 0 2.1l-6 6a1.5 1.5 '
        '0 0 1-2.1 0z"/><path d="M8.3 8.3h.01"/>'
    ),
    # videos
    "video": (
        '<rect x="3" y="6" width="12.5" height="12" rx="2"/><path d="M15.5 10.5l4.4-2.7a.6.6 0 0 1 '
        '.9.5v7.4a.6.6 0 0 1-.9.5l-4.4-2.7"/>'
    ),
    "brush": (
        '<path d="M19.5 4.5c-4 1.6-7.2 4.6-9.3 8.2l1.6 1.6c3.6-2.1 6.6-5.3 8.2-9.3z"/>'
        '<path d="M9.6 13.4c-2.4-.2-3.9 1.3-4 3.3 0 1.3-.5 2.1-1.6 2.6 3 1.3 7 .3 7.2-4.2"/>'
    ),
    "eraser": (
        '<path d="M13.6 5.2l5.2 5.2a1.4 1.4 0 0 1 0 2L12.7 18.5H8.5L5.2 15.2a1.4 1.4 0 0 1 '
        '0-2l8-8a.3.3 0 0 1 .4 0z"/><path d="M9.2 9.3l5.5 5.5M8.5 18.5H20"/>'
    ),
    "polygon": (
        '<path d="M5.5 9.5L12.5 4.5l6.5 5.5-2.5 8.5H7.5z"/><circle cx="5.5" cy="9.5" r="1.4"/>'
        '<circle cx="12.5" cy="4.5" r="1.4"/><circle cx="19" cy="10" r="1.4"/>'
        '<circle cx="16.5" cy="18.5" r="1.4"/><circle cx="7.5" cy="18.5" r="1.4"/>'
    ),
    "fill": (
        '<path d="M10.5 4.5l7.5 7.5-6.5 6.5a1.5 1.5 0 0 1-2.1 0L4.8 13.9a1.5 1.5 0 0 1 0-2.1z"/>'
        '<path d="M8 3.5l2.5 1M4.5 12.5H17.5"/><path d="M20 15.5c.9 1.3 1.3 2.1 1.3 2.8a1.3 '
        '1.3 0 0 1-2.6 0c0-.7.4-1.5 1.3-2.8z"/>'
    ),
    "wand": (
        '<path d="M4.5 19.5L14 10"/><path d="M16.5 3.5v4M14.5 5.5h4M19.5 11v3M18 12.5h3'
        'M9.5 4.5v3M8 6h3"/>'
    ),
    "keypoint": (
        '<path d="M12 20.5c4-4.3 6-7.4 6-10.2a6 6 0 0 0-12 0c0 2.8 2 5.9 6 10.2z"/>'
        '<circle cx="12" cy="10.2" r="2.2"/>'
    ),
    "attention": (
        '<path d="M2.8 12c2.3-4.2 5.4-6.3 9.2-6.3s6.9 2.1 9.2 6.3c-2.3 4.2-5.4 6.3-9.2 6.3'
        'S5.1 16.2 2.8 12z"/><circle cx="12" cy="12" r="3"/>'
    ),
    "outline": (
        '<path d="M12 4.5c4 0 7.5 2.6 7.5 6.5 0 4.6-3 8.5-7.5 8.5S4.5 16 4.5 12 8 4.5 12 4.5z" '
        'stroke-dasharray="3.4 2.6"/>'
    ),
    # appearance and help
    "sun": (
        '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2.2M12 19.3v2.2M2.5 12h2.2M19.3 '
        '12h2.2M5.3 5.3l1.5 1.5M17.2 17.2l1.5 1.5M5.3 18.7l1.5-1.5M17.2 6.8l1.5-1.5"/>'
    ),
    "moon": '<path d="M19.8 14.3A8.2 8.2 0 0 1 9.7 4.2a8.2 8.2 0 1 0 10.1 10.1z"/>',
    "screen": (
        '<rect x="3.5" y="4.5" width="17" height="12" rx="2"/><path d="M8.5 20h7M12 16.5V20"/>'
    ),
    "settings": (
        '<path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9"/><circle cx="15.2" cy="7" r="2.2"/>'
        '<circle cx="8.8" cy="17" r="2.2"/>'
    ),
    "layout": (
        '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M9 4.5v15M9 12h11.5"/>'
    ),
    "command": '<path d="M5 7l5 5-5 5M12.5 17.5H19"/>',
    "keyboard": (
        '<rect x="2.5" y="6" width="19" height="12" rx="2"/><path d="M6.5 10h.01M10 '
        '10h.01M13.9 10h.01M17.5 10h.01M8 14h8"/>'
    ),
    "log": (
        '<rect x="3.5" y="4.5" width="17" height="15" rx="2"/><path d="M7.5 9h5M7.5 12h9M7.5 '
        '15h7"/>'
    ),
    "note": (
        '<path d="M5 5.5A1.5 1.5 0 0 1 6.5 4H19v13.5H6.5A1.5 1.5 0 0 0 5 19z"/><path d="M5 '
        '19a1.5 1.5 0 0 0 1.5 1.5H19v-3M9 8h6M9 11.5h4"/>'
    ),
    "help": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 '
        '2.3c-.8.4-1.2.9-1.2 1.8M12 16.6h.01"/>'
    ),
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7h.01"/>',
    "success": '<circle cx="12" cy="12" r="8.5"/><path d="M8.2 12.3l2.7 2.7 5-5.6"/>',
    "warning": (
        '<path d="M10.5 4.9L3.2 17.4A1.7 1.7 0 0 0 4.7 20h14.6a1.7 1.7 0 0 0 1.5-2.6L13.5 '
        '4.9a1.7 1.7 0 0 0-3 0z"/><path d="M12 9.5v4.2M12 16.7h.01"/>'
    ),
    "error": '<circle cx="12" cy="12" r="8.5"/><path d="M9.2 9.2l5.6 5.6M14.8 9.2l-5.6 5.6"/>',
    "quit": (
        '<path d="M10 4.5H6.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H10"/><path d="M14.5 8l4.5 4-4.5 '
        '4M19 12H10"/>'
    ),
    "tour": '<circle cx="12" cy="12" r="8.5"/><path d="M15.8 8.2l-2.2 5.4-5.4 2.2 2.2-5.4z"/>',
    "home": (
        '<path d="M4 11l8-7 8 7v7.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5z"/><path '
        'd="M9.5 20v-6h5v6"/>'
    ),
    # small marks
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "dash": '<path d="M6 12h12"/>',
    "undo": '<path d="M8.5 5L4 9.5 8.5 14"/><path d="M4 9.5h10a5.5 5.5 0 0 1 0 11h-3"/>',
    "redo": '<path d="M15.5 5L20 9.5 15.5 14"/><path d="M20 9.5H10a5.5 5.5 0 0 0 0 11h3"/>',
    "live": '<path d="M13 3L5 13.5h6L10.5 21 19 10h-6.2z"/>',
    "chevron-left": '<path d="M14.5 5.5L8 12l6.5 6.5"/>',
    "chevron-right": '<path d="M9.5 5.5L16 12l-6.5 6.5"/>',
    "chevron-up": '<path d="M5.5 14.5L12 8l6.5 6.5"/>',
    "chevron-down": '<path d="M5.5 9.5L12 16l6.5-6.5"/>',
    "first": '<path d="M17.5 5.5L11 12l6.5 6.5M6.5 5.5v13"/>',
    "last": '<path d="M6.5 5.5L13 12l-6.5 6.5M17.5 5.5v13"/>',
}

FILLED = frozenset({"play", "pause", "stop", "film-back", "live"})


def svg(name: str, colour: str, line: float = 1.7) -> bytes:
    """The icon as an SVG file in one colour; raises KeyError for a name that is not in SHAPES."""
    fill = colour if name in FILLED else "none"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="{fill}" '
        f'stroke="{colour}" stroke-width="{line}" stroke-linecap="round" '
        f'stroke-linejoin="round">{SHAPES[name]}</svg>'
    ).encode()
