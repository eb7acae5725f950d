"""A chart of lines as SVG, readable in a light and in a dark page."""

from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 64, 150, 44, 52
COLOURS = ("#2a78c2", "#c2542a", "#3d8f4f", "#8a5cc2", "#b08a1e", "#5f6b76")
TICKS = 5


def nice_top(value):
    """The next of 1, 2, 5 × 10ⁿ that ends the axis above `value`."""
    step = 10.0 ** -3
    while True:
        for factor in (1, 2, 5):
            if step * factor >= value:
                return step * factor
        step *= 10


def chart(title, x_title, y_title, x, lines):
    """`x` are numbers, `lines` are (name, values, is_dashed)."""
    top = nice_top(max(value for _, values, _ in lines for value in values))
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(i, value):
        return LEFT + inner_width * x[i] / x[-1], TOP + inner_height * (1 - value / top)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-weight="600" fill="#1b2733">{escape(title)}</text>',
    ]
    for tick in range(TICKS + 1):
        value = top * tick / TICKS
        y = TOP + inner_height * (1 - tick / TICKS)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + inner_width}" stroke="#d8dee4"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#4a5865">{value:g}</text>')
    for i, value in enumerate(x):
        parts.append(f'<text x="{at(i, 0)[0]:.1f}" y="{TOP + inner_height + 20}" text-anchor="middle" fill="#4a5865">{value:g}</text>')
    parts.append(f'<text x="{LEFT + inner_width / 2}" y="{HEIGHT - 12}" text-anchor="middle" fill="#4a5865">{escape(x_title)}</text>')
    parts.append(
        f'<text transform="translate(18 {TOP + inner_height / 2}) rotate(-90)" text-anchor="middle" fill="#4a5865">{escape(y_title)}</text>'
    )
    label_y = TOP
    for number, (name, values, is_dashed) in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        points = [at(i, value) for i, value in enumerate(values)]
        dash = ' stroke-dasharray="6 4"' if is_dashed else ""
        path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        parts += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" fill="{colour}"/>' for px, py in points]
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {label_y}h18" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 36}" y="{label_y + 4}" fill="#1b2733">{escape(name)}</text>')
        label_y += 22
    return "\n".join([*parts, "</svg>", ""])
