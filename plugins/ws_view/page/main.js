// The page: a grid of cameras, or one of them alone. What is not seen is not asked for.
import { listen } from "/keys.js";
import { Link } from "/link.js";
import { Tile } from "/tile.js";

const HIDDEN_MS = 1000; // a short look at another tab costs no new start
const THEMES = ["", "dark", "light"];
const MIN_TILE = 300;
const REMOVED_MS = 60000; // a camera that was taken out keeps its place for so long: it may be put back

const $ = (id) => document.getElementById(id);
const grid = $("grid");
const tiles = new Map(); // by the camera's name, in the server's order
let nextId = 1;
let single = null;
let isAsleep = false;
let lastView = "";
let lastCameras = []; // as the server has said

/* ---- What is asked for ---- */

let viewTimer = 0;
function askSoon() {
	clearTimeout(viewTimer);
	viewTimer = setTimeout(ask, 60);
}

function ask() {
	const seen = [...tiles.values()].filter((tile) => (single ? tile === single : tile.isVisible));
	const view = isAsleep ? [] : seen.map((tile) => tile.wish());
	const text = JSON.stringify(view);
	if (text === lastView)
		return;
	lastView = text;
	link.view(view);
}

const visibility = new IntersectionObserver((entries) => {
	for (const entry of entries) {
		const tile = tiles.get(entry.target.dataset.camera);
		if (tile)
			tile.isVisible = entry.isIntersecting;
	}
	askSoon();
}, { rootMargin: "100px" });

let sleepTimer = 0;
document.addEventListener("visibilitychange", () => {
	clearTimeout(sleepTimer);
	if (document.hidden) {
		sleepTimer = setTimeout(() => {
			isAsleep = true;
			ask();
		}, HIDDEN_MS);
	} else {
		isAsleep = false;
		ask();
		link.hurry();
	}
});

/* ---- Layout ---- */

const CAPTION = 36; // a tile's height besides its picture
const ratio = (camera) => (camera.width && camera.height ? camera.width / camera.height : 0);

/** The shape that most cameras have: all tiles take it, and pictures of another keep their own inside. */
function commonShape() {
	const count = new Map();
	for (const tile of tiles.values())
		count.set(ratio(tile.camera), (count.get(ratio(tile.camera)) ?? 0) + 1);
	count.delete(0);
	const [shape] = [...count].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [16 / 9];
	return Math.min(Math.max(shape, 1), 2.4);
}

/** As many columns as make the tiles largest while all fit the window; small tiles scroll instead. */
function layOut() {
	const n = Math.max(tiles.size, 1), style = getComputedStyle(grid), gap = parseFloat(style.columnGap) || 0;
	const width = grid.clientWidth - 2 * parseFloat(style.paddingLeft);
	const height = innerHeight - grid.getBoundingClientRect().top - scrollY - 16;
	const shape = commonShape();
	const most = Math.max(1, Math.min(n, Math.floor((width + gap) / (MIN_TILE + gap))));
	let best = most, size = 0;
	for (let columns = 1; columns <= most; columns++) {
		const rows = Math.ceil(n / columns);
		const fit = Math.min((width - gap * (columns - 1)) / columns, ((height - gap * (rows - 1)) / rows - CAPTION) * shape);
		if (fit > size && fit >= MIN_TILE) {
			size = fit;
			best = columns;
		}
	}
	grid.style.setProperty("--columns", best);
	grid.style.setProperty("--tile", size ? `${Math.floor(size)}px` : "1fr");
	grid.style.setProperty("--shape", shape);
	askSoon();
}
addEventListener("resize", layOut);

/* ---- One camera alone ---- */

function open(tile, onFullScreen) {
	if (single && single !== tile)
		single.button.classList.remove("single");
	single = tile;
	document.body.classList.add("alone");
	tile.button.classList.add("single");
	tile.button.focus({ preventScroll: true });
	if (onFullScreen && !document.fullscreenElement)
		document.documentElement.requestFullscreen?.().catch(() => {});
	askSoon();
}

function close() {
	if (!single)
		return;
	single.button.classList.remove("single");
	single.button.focus();
	single = null;
	document.body.classList.remove("alone");
	if (document.fullscreenElement)
		document.exitFullscreen();
	askSoon();
}
document.addEventListener("fullscreenchange", () => {
	if (!document.fullscreenElement)
		close();
});

/* ---- Cameras ---- */

function addTile(camera) {
	const tile = new Tile(nextId++, camera, (id, seq) => link.ack(id, seq));
	tile.button.dataset.camera = camera.name;
	tile.button.addEventListener("click", () => (single === tile ? close() : open(tile)));
	tiles.set(camera.name, tile);
	visibility.observe(tile.button);
	return tile;
}

function removeTile(name) {
	const tile = tiles.get(name);
	if (single === tile)
		close();
	visibility.unobserve(tile.button);
	tile.button.remove();
	tiles.delete(name);
}

/** Those that the server has no more stay where they were for a while, and as long as one is looked at alone. */
function keepRemoved(names) {
	for (const [i, [name, tile]] of [...tiles].entries()) {
		if (names.includes(name))
			continue;
		tile.remove();
		if (performance.now() - tile.removedAt < REMOVED_MS || tile === single)
			names.splice(Math.min(i, names.length), 0, name);
		else
			removeTile(name);
	}
}

function showCameras(cameras) {
	const names = cameras.map((camera) => camera.name);
	keepRemoved(names);
	for (const camera of cameras) {
		const tile = tiles.get(camera.name) ?? addTile(camera);
		if (!tile.isLinked)
			tile.linked();
		tile.update(camera);
	}
	const ordered = names.map((name) => tiles.get(name));
	if (ordered.some((tile, i) => grid.children[i] !== tile.button)) {
		grid.append(...ordered.map((tile) => tile.button));
		names.forEach((name, i) => (tiles.delete(name), tiles.set(name, ordered[i])));
	}
	lastCameras = cameras;
	$("empty").hidden = tiles.size > 0;
	grid.hidden = !tiles.size;
	layOut();
	summarise();
}

function summarise() {
	const all = [...tiles.values()].filter((tile) => !tile.removedAt);
	const live = all.filter((tile) => tile.isLinked && tile.camera.state === "live" && !tile.refusal).length;
	const text = !all.length ? "" : live === all.length ? `${live} live` : `${live} of ${all.length} live`;
	if ($("summary").textContent !== text)
		$("summary").textContent = text;
	document.title = all.length ? `Cameras – ${text}` : "Cameras";
}

setInterval(() => {
	for (const tile of tiles.values())
		tile.show();
	if (tiles.size > lastCameras.length)
		showCameras(lastCameras);
	summarise();
}, 1000);

/* ---- The server ---- */

const tileOf = (id) => [...tiles.values()].find((tile) => tile.id === id);

const link = new Link({
	up() {
		$("banner").hidden = true;
		lastView = "";
		layOut();
	},
	down() {
		$("banner").textContent = "The server does not answer. Trying again …";
		$("banner").hidden = false;
		for (const tile of tiles.values()) {
			tile.isLinked = false;
			tile.show();
		}
		summarise();
	},
	cameras: showCameras,
	verdict(message) {
		tileOf(message.id)?.judge(message);
	},
	picture(picture) {
		const tile = tileOf(picture.id);
		if (tile)
			tile.picture(picture);
		else
			link.ack(picture.id, picture.seq);
	},
});

/* ---- Theme, help, keys ---- */

function theme(change) {
	let now = localStorage.getItem("theme") ?? "";
	if (change) {
		now = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
		localStorage.setItem("theme", now);
	}
	if (now)
		document.documentElement.dataset.theme = now;
	else
		delete document.documentElement.dataset.theme;
	$("theme").setAttribute("aria-label", `Change theme, now ${now || "as the system says"}`);
}
theme(false);
$("theme").addEventListener("click", () => theme(true));
$("help-open").addEventListener("click", () => $("help").showModal());
$("help").addEventListener("click", (event) => event.target === $("help") && $("help").close());

listen({
	get tiles() { return [...tiles.values()]; },
	get single() { return single; },
	open, close,
	theme: () => theme(true),
	help: () => $("help").showModal(),
});
