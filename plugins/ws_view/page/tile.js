// One camera: its place on the page, its picture, its state.

const WIDTHS = [160, 320, 480, 640, 896, 1280, 1920, 2560, 3840];
const SILENT_MS = 4000;
const NAMES = {
	live: "Live", connecting: "Connecting", stalled: "No picture", retrying: "Retrying", failed: "Failed",
	stopped: "Stopped", gone: "Offline", unknown: "Unknown", refused: "Not shown", removed: "Taken out",
};
const NOTES = {
	connecting: "Connecting to the camera", stalled: "The camera has gone silent",
	retrying: "The camera does not answer", failed: "The camera failed", stopped: "The camera is switched off",
	gone: "The server does not answer", unknown: "", refused: "This camera cannot be shown",
	removed: "The camera has been taken out",
};
const REMOVED = "It comes back here by itself when it stands in the configuration again.";

function element(tag, className, parent) {
	const e = document.createElement(tag);
	e.className = className;
	parent.append(e);
	return e;
}

export class Tile {
	#ctx;
	#drawn = []; // times of the last pictures
	#latency = null;
	#skew = Infinity; // the smallest difference seen between our clock and the server's
	#isDrawing = false;
	#waiting = null;

	constructor(id, camera, acknowledge) {
		this.id = id;
		this.acknowledge = acknowledge;
		this.isVisible = false;
		this.isLinked = true;
		this.removedAt = 0; // when the server had it no more; 0: it has it
		this.refusal = ""; // why there are no pictures
		this.lowered = ""; // why they are not as wished
		this.button = document.createElement("button");
		this.button.type = "button";
		this.button.className = "tile";
		const screen = element("span", "screen", this.button);
		this.canvas = element("canvas", "", screen);
		this.canvas.width = 16;
		this.canvas.height = 9;
		this.canvas.dataset.camera = camera.name;
		this.canvas.dataset.seq = "0";
		this.#ctx = this.canvas.getContext("2d", { alpha: false });
		this.screen = screen;
		this.note = element("span", "note", screen);
		this.noteTitle = element("b", "", this.note);
		this.noteText = element("span", "", this.note);
		const caption = element("span", "caption", this.button);
		element("span", "name", caption).textContent = camera.name;
		const figures = element("span", "figures", caption);
		this.size = element("span", "size", figures);
		this.figures = element("span", "", figures);
		this.mark = element("span", "mark", caption);
		this.mark.textContent = "reduced";
		this.badge = element("span", "badge", caption);
		this.fault = element("span", "fault", this.button);
		this.update(camera);
	}

	/** The server is there again: its clock may be another. */
	linked() {
		this.isLinked = true;
		this.#skew = Infinity;
		this.refusal = this.lowered = "";
	}

	/** What the server says of the camera. */
	update(camera) {
		this.camera = camera;
		if (this.removedAt)
			this.refusal = "";
		this.removedAt = 0;
		this.show();
	}

	/** The server has this camera no more. */
	remove() {
		this.isLinked = true;
		this.removedAt ||= performance.now();
		this.#drawn.length = 0;
		this.show();
	}

	/** What the server says of this tile: "error", "lowered" or "granted". */
	judge(message) {
		const why = message.error ? message.error[0].toUpperCase() + message.error.slice(1) : "";
		this.refusal = message.type === "error" ? why : "";
		this.lowered = message.type === "lowered" ? why : "";
		this.show();
	}

	get state() {
		if (!this.isLinked)
			return "gone";
		if (this.removedAt)
			return "removed";
		if (this.camera.state === "live" && this.refusal)
			return "refused";
		if (this.camera.state === "live" && !this.#drawn.length)
			return "connecting";
		if (this.camera.state === "live" && this.isVisible && performance.now() - this.#drawn.at(-1) > SILENT_MS)
			return "stalled";
		return this.camera.state;
	}

	get fps() {
		const d = this.#drawn, now = performance.now();
		while (d.length > 1 && now - d[0] > 3000)
			d.shift();
		const span = d.at(-1) - d[0];
		return span > 900 ? ((d.length - 1) * 1000) / span : 0;
	}

	/** Bring badge, note, figures and label up to date. */
	show() {
		const state = this.state, isLive = state === "live";
		const fps = this.fps, latency = this.#latency;
		if (this.button.dataset.state !== state) {
			this.button.dataset.state = state;
			this.badge.textContent = NAMES[state] ?? state;
			this.note.hidden = isLive;
			this.noteTitle.textContent = NOTES[state] ?? "";
		}
		this.noteText.textContent = { live: "", gone: "", removed: REMOVED, refused: this.refusal }[state] ?? this.camera.error;
		this.mark.hidden = !isLive || !this.lowered;
		this.mark.title = this.lowered;
		const fault = isLive ? this.camera.error : ""; // of a stage beside the picture, as a recorder that cannot write
		this.fault.hidden = !fault;
		this.fault.textContent = fault;
		const isMoving = isLive && fps > 0;
		this.size.textContent = this.camera.width ? `${this.camera.width} × ${this.camera.height}${isMoving ? " · " : ""}` : "";
		this.figures.textContent = isMoving ? `${fps.toFixed(fps < 10 ? 1 : 0)} fps · ${Math.round(latency)} ms` : "";
		const more = (this.mark.hidden ? "" : `, reduced. ${this.lowered}`) + (fault && `. ${fault}`);
		this.button.setAttribute("aria-label", `${this.camera.name}, ${NAMES[state] ?? state}${more}`);
	}

	/** @returns what to ask the server for at the size on this screen; rate and quality are the server's, which may change */
	wish() {
		const box = this.screen.getBoundingClientRect();
		const shape = this.camera.width && this.camera.height ? this.camera.width / this.camera.height : 16 / 9;
		const need = Math.min(box.width, box.height * shape) * devicePixelRatio;
		let width = WIDTHS.find((w) => w >= need * 0.95) ?? WIDTHS.at(-1);
		if (this.camera.width)
			width = Math.min(width, this.camera.width);
		return { id: this.id, camera: this.camera.name, width };
	}

	/** A picture has come: draw it, then acknowledge it. */
	async picture(picture) {
		if (this.refusal) {
			this.refusal = "";
			this.show();
		}
		if (this.#isDrawing) { // can only be after a change of the wish
			if (this.#waiting)
				this.acknowledge(this.id, this.#waiting.seq);
			this.#waiting = picture;
			return;
		}
		this.#isDrawing = true;
		try {
			const bitmap = await createImageBitmap(new Blob([picture.jpeg], { type: "image/jpeg" }));
			this.#draw(bitmap, picture);
			bitmap.close();
		} catch (error) {
			console.warn(this.camera.name, error);
		}
		this.acknowledge(this.id, picture.seq);
		this.#isDrawing = false;
		const next = this.#waiting;
		this.#waiting = null;
		if (next)
			this.picture(next);
	}

	#draw(bitmap, picture) {
		if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
			this.canvas.width = bitmap.width;
			this.canvas.height = bitmap.height;
		}
		this.#ctx.drawImage(bitmap, 0, 0);
		this.canvas.dataset.seq = String(picture.seq);
		const now = performance.now();
		if (now - this.#drawn.at(-1) > 1500)
			this.#drawn.length = 0; // a pause is no slow rate
		this.#drawn.push(now);
		if (this.#drawn.length > 200)
			this.#drawn.shift();
		// The clocks may differ: the fastest picture so far tells by how much.
		const late = Date.now() - picture.wallMs - picture.ageMs;
		this.#skew = Math.min(this.#skew, late);
		const latency = picture.ageMs + late - this.#skew;
		this.#latency = this.#latency === null ? latency : this.#latency * 0.8 + latency * 0.2;
	}
}
