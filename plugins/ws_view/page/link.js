// The WebSocket to the server: comes back by itself, and knows the wire format (doc/websocket.md).

const HEAD_BYTES = 32;
const PICTURE = 1;
const FIRST_PAUSE_MS = 500, LONGEST_PAUSE_MS = 10000;

/** @returns the picture in a binary message, or null when it is of a kind that is not known here */
export function readPicture(buffer) {
	const v = new DataView(buffer);
	if (buffer.byteLength <= HEAD_BYTES || v.getUint8(0) !== PICTURE || v.getUint8(1) !== 1)
		return null;
	return {
		id: v.getUint32(4, true),
		seq: Number(v.getBigUint64(8, true)),
		wallMs: Number(v.getBigInt64(16, true) / 1000000n),
		ageMs: v.getUint32(24, true) / 1000,
		width: v.getUint16(28, true),
		height: v.getUint16(30, true),
		jpeg: new Uint8Array(buffer, HEAD_BYTES),
	};
}

/** Cut a view into messages that the server takes: all but the last say that more follows. */
export function viewMessages(tiles, limit) {
	const messages = [];
	let part = [], size = 60;
	for (const tile of tiles) {
		const n = new TextEncoder().encode(JSON.stringify(tile)).length + 1;
		if (part.length && size + n > limit) {
			messages.push(JSON.stringify({ type: "view", tiles: part, more: true }));
			part = [];
			size = 60;
		}
		part.push(tile);
		size += n;
	}
	messages.push(JSON.stringify({ type: "view", tiles: part }));
	return messages;
}

export class Link {
	#socket = null;
	#pause = FIRST_PAUSE_MS;
	#timer = 0;
	#limit = 4096;
	#view = null;

	/** handlers: cameras(list), picture(picture), verdict(message), up(), down(pauseMs) */
	constructor(handlers) {
		this.on = handlers;
		addEventListener("online", () => this.hurry());
		this.#connect();
	}

	get isUp() {
		return this.#socket?.readyState === WebSocket.OPEN;
	}

	/** What is to be shown, all of it; said again after every reconnect. */
	view(tiles) {
		this.#view = tiles;
		if (this.isUp)
			for (const message of viewMessages(tiles, this.#limit))
				this.#socket.send(message);
	}

	ack(id, seq) {
		if (this.isUp)
			this.#socket.send(`{"type":"ack","id":${id},"seq":${seq}}`);
	}

	/** Do not wait any longer before the next try. */
	hurry() {
		if (!this.#socket)
			this.#connect();
	}

	#connect() {
		clearTimeout(this.#timer);
		const scheme = location.protocol === "https:" ? "wss:" : "ws:";
		const socket = new WebSocket(`${scheme}//${location.host}/ws`);
		socket.binaryType = "arraybuffer";
		socket.onopen = () => this.on.up();
		socket.onmessage = (event) => this.#receive(event.data);
		socket.onclose = () => this.#closed(socket);
		this.#socket = socket;
	}

	#closed(socket) {
		if (socket !== this.#socket)
			return;
		this.#socket = null;
		const pause = this.#pause * (0.75 + Math.random() / 2);
		this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
		this.#timer = setTimeout(() => this.#connect(), pause);
		this.on.down(pause);
	}

	#receive(data) {
		if (typeof data !== "string") {
			const picture = readPicture(data);
			if (picture)
				this.on.picture(picture);
			return;
		}
		const message = JSON.parse(data);
		if (message.type === "hello") {
			this.#limit = message.message_bytes;
			this.#pause = FIRST_PAUSE_MS;
			if (this.#view)
				this.view(this.#view);
		} else if (message.type === "cameras") {
			this.on.cameras(message.cameras);
		} else if (["error", "lowered", "granted"].includes(message.type)) {
			this.on.verdict(message);
		} else if (message.type === "limited") {
			console.warn("server:", message.error);
		}
	}
}
