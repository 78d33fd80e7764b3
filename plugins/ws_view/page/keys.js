// The keyboard: everything that the mouse can do.

/** The tile next to `from` in a direction, by where they are on the screen; `from` itself at an edge. */
function neighbour(tiles, from, key) {
	const here = from.button.getBoundingClientRect();
	const x = here.left + here.width / 2, y = here.top + here.height / 2;
	let best = from, least = Infinity;
	for (const tile of tiles) {
		const box = tile.button.getBoundingClientRect();
		const dx = box.left + box.width / 2 - x, dy = box.top + box.height / 2 - y;
		const along = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[key];
		const across = Math.abs(key === "ArrowRight" || key === "ArrowLeft" ? dy : dx);
		if (tile !== from && along > 1 && along + 3 * across < least) {
			least = along + 3 * across;
			best = tile;
		}
	}
	return best;
}

/** app: tiles (in order), single, open(tile, onFullScreen), close(), theme(), help() */
export function listen(app) {
	addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
			return;
		const tiles = app.tiles;
		const focused = tiles.find((tile) => tile.button === document.activeElement);
		const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
		if (key.startsWith("Arrow") && tiles.length) {
			if (app.single) {
				const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : tiles.length - 1;
				app.open(tiles[(tiles.indexOf(app.single) + step) % tiles.length]);
			} else {
				(focused ? neighbour(tiles, focused, key) : tiles[0]).button.focus();
			}
		} else if (key === "f" && tiles.length) {
			app.open(app.single ?? focused ?? tiles[0], true);
		} else if (key === "Escape" && app.single) {
			app.close();
		} else if (key >= "1" && key <= "9" && tiles[key - 1]) {
			app.open(tiles[key - 1]);
		} else if (key === "?") {
			app.help();
		} else if (key === "t") {
			app.theme();
		} else {
			return;
		}
		event.preventDefault();
	});
}
