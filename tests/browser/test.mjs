// SPDX-License-Identifier: MIT
// The viewer page in headless Chromium against the real server with made-up cameras. Speaks TAP.
// Environment: top_builddir (where cam_server is), CHROMIUM, SCREENSHOTS (a folder to keep pictures in).
import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, fail, ok, run, until } from "./tap.mjs";

const build = resolve(process.env.top_builddir ?? ".");
const folder = mkdtempSync(join(tmpdir(), "cam-browser-"));
const shots = process.env.SCREENSHOTS ?? join(folder, "shots");
mkdirSync(shots, { recursive: true });

const CAMERAS = ["front", "yard", "gate", "garage"];
const CONFIG = `
defaults:
  source: {plugin: test_in}
cameras:
  front: {}
  yard: {source: {pattern: gradient}}
  gate: {source: {width: 640, height: 480, pattern: clock}}
  garage: {source: {pattern: gradient, fps: 15}}
sinks:
  web: {plugin: ws_view, listen: "127.0.0.1:PORT"}
`;

const configFile = join(folder, "cam_server.yaml");
const writeConfig = (text, port) => writeFileSync(configFile, text.replace("PORT", port));

/** Start the server. @returns the process and its port, once it listens */
async function startServer(port) {
	writeConfig(CONFIG, port);
	const child = spawn(join(build, "cam_server"), ["-c", configFile], {
		env: { ...process.env, CAM_SERVER_PLUGIN_PATH: join(build, ".libs") },
		stdio: ["ignore", "inherit", "pipe"],
	});
	let log = "";
	child.stderr.on("data", (data) => (log += data));
	child.ended = new Promise((done) => child.on("exit", (code) => done(code)));
	await until(() => /listening on http:\/\/127\.0\.0\.1:(\d+)\//.test(log), "the server listens").catch((error) => {
		throw new Error(`${error.message}\n${log}`);
	});
	return { child, port: Number(/127\.0\.0\.1:(\d+)\//.exec(log)[1]) };
}

function stopServer(server, signal = "SIGTERM") {
	server.child.kill(signal);
	return server.child.ended;
}

/** The frame number drawn in the picture: white, black, 16 bits, 4 bits of checksum, black, white. */
function readBarCode(name) {
	const canvas = document.querySelector(`canvas[data-camera="${name}"]`);
	const y = Math.round(canvas.height / 36), cell = canvas.width / 60;
	const row = canvas.getContext("2d").getImageData(0, y, Math.ceil(cell * 24), 1).data;
	const bits = Array.from({ length: 24 }, (_, i) => (row[Math.floor((i + 0.5) * cell) * 4 + 1] > 128 ? 1 : 0));
	if (bits[0] !== 1 || bits[1] !== 0 || bits[22] !== 0 || bits[23] !== 1)
		return -1;
	const number = parseInt(bits.slice(2, 18).join(""), 2), sum = parseInt(bits.slice(18, 22).join(""), 2);
	const nibbles = [12, 8, 4, 0].reduce((n, shift) => n + ((number >> shift) & 15), 0);
	return nibbles % 16 === sum ? number : -1;
}

let browser, server, page, origin;
const complaints = [];

async function openPage(options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
	const p = await context.newPage();
	p.setDefaultTimeout(8000);
	p.on("pageerror", (error) => complaints.push(String(error)));
	p.on("console", (m) => m.type() === "error" && !/WebSocket|ERR_CONNECTION/.test(m.text()) && complaints.push(m.text()));
	p.on("request", (r) => r.url().startsWith(origin) || complaints.push(`asked for ${r.url()}`));
	await p.goto(origin);
	return p;
}

const tile = (p, name) => p.locator(`.tile[data-camera="${name}"]`);
const state = (p, name) => tile(p, name).getAttribute("data-state");
const shot = (p, name) => p.screenshot({ path: join(shots, `${name}.png`) });
const allLive = (p) => until(async () => (await p.locator('.tile[data-state="live"]').count()) === CAMERAS.length, "all are live", 15000);
const camera = async (name) => (await (await fetch(`${origin}/api/v1/cameras`)).json()).cameras.find((c) => c.name === name);

before(async () => {
	server = await startServer(0);
	origin = `http://127.0.0.1:${server.port}`;
	browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		headless: true,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync"],
	});
	page = await openPage({ colorScheme: "dark" });
});

after(async () => {
	await browser?.close();
	if (server && server.child.exitCode === null)
		await stopServer(server);
	rmSync(folder, { recursive: true, force: true });
});

run({
	async "every camera is on a canvas and its bar code advances"() {
		await allLive(page);
		for (const name of CAMERAS) {
			let last = -1;
			for (let i = 0; i < 3; i++) {
				const now = await until(async () => {
					const n = await page.evaluate(readBarCode, name);
					return n > last && n;
				}, `the bar code of ${name} advances beyond ${last}`);
				last = now;
			}
		}
		ok(Number(await page.locator('canvas[data-camera="front"]').getAttribute("data-seq")) > 0, "data-seq counts");
		await page.waitForTimeout(2500);
		const figures = await page.locator('.tile[data-camera="front"] .figures').textContent();
		ok(/1280 × 720.*\d fps.*\d ms/.test(figures), `resolution, rate and latency are told: ${figures}`);
		const fps = Number(/([\d.]+) fps/.exec(figures)[1]);
		ok(fps > 5 && fps < 12, `about ten a second: ${fps}`);
		await shot(page, "grid-dark");
	},

	async "pictures fit the tile and viewers share them"() {
		const other = await openPage();
		await allLive(other);
		const [a, b] = [await camera("front"), await page.locator('canvas[data-camera="front"]').evaluate((c) => [c.width, c.height])];
		ok(a.decoders === 1, "one decoder for both");
		ok(Math.abs(b[0] / b[1] - 16 / 9) < 0.02, `the camera's shape is kept: ${b}`);
		await other.context().close();
	},

	async "arrows, Enter, digits and Esc do what the mouse does"() {
		await page.locator("h1").click();
		await page.keyboard.press("ArrowRight");
		ok((await page.evaluate(() => document.activeElement.dataset.camera)) === "front", "the first tile has the focus");
		await page.keyboard.press("ArrowRight");
		ok((await page.evaluate(() => document.activeElement.dataset.camera)) === "yard", "then its neighbour");
		await shot(page, "focus");
		await page.keyboard.press("Enter");
		ok(await tile(page, "yard").evaluate((e) => e.classList.contains("single")), "Enter shows it alone");
		await until(async () => (await camera("front")).subscribers === 0, "the others are not asked for");
		await page.waitForTimeout(2500);
		await shot(page, "single");
		await page.keyboard.press("ArrowRight");
		ok(await tile(page, "gate").evaluate((e) => e.classList.contains("single")), "an arrow goes to the next");
		await page.keyboard.press("Escape");
		ok((await page.locator(".single").count()) === 0, "Esc goes back");
		await page.keyboard.press("1");
		ok(await tile(page, "front").evaluate((e) => e.classList.contains("single")), "1 shows the first");
		await page.keyboard.press("f");
		await until(() => page.evaluate(() => Boolean(document.fullscreenElement)), "F fills the screen");
		await page.keyboard.press("Escape");
		await until(async () => (await page.locator(".single").count()) === 0, "Esc goes back");
		await allLive(page);
	},

	async "? shows help, and every control has a name"() {
		await page.keyboard.press("?");
		ok(await page.locator("#help").isVisible(), "help is open");
		await page.waitForTimeout(200);
		await shot(page, "help");
		await page.keyboard.press("Escape");
		ok(!(await page.locator("#help").isVisible()), "and closed");
		const nameless = await page.$$eval("button", (all) => all.filter((b) => !(b.ariaLabel || b.textContent.trim())).length);
		ok(nameless === 0, "no button without a name");
	},

	async "the theme follows the system until it is chosen, and stays"() {
		const light = await openPage({ colorScheme: "light" });
		const colour = () => light.evaluate(() => getComputedStyle(document.body).backgroundColor);
		const before = await colour();
		await allLive(light);
		await shot(light, "grid-light");
		await light.keyboard.press("t");
		ok((await colour()) !== before, "T makes it dark");
		await light.reload();
		ok((await colour()) !== before, "it is dark after a reload");
		await light.locator("#theme").click();
		ok((await colour()) === before, "then light");
		await light.context().close();
	},

	async "a phone shows one column without scrolling sideways"() {
		const phone = await openPage({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "dark" });
		await until(async () => (await phone.locator('.tile[data-state="live"]').count()) >= 3, "the visible ones are live");
		ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
		const box = await tile(phone, "front").boundingBox();
		ok(box.width > 350, "a tile fills the width");
		await shot(phone, "phone");
		await tile(phone, "front").tap();
		ok((await phone.locator(".single").count()) === 1, "a tap shows it alone");
		await phone.waitForTimeout(1500);
		await shot(phone, "phone-single");
		await phone.context().close();
	},

	async "a hidden tab costs nothing and is back at once"() {
		const hide = (hidden) => page.evaluate((value) => {
			Object.defineProperty(document, "hidden", { value, configurable: true });
			document.dispatchEvent(new Event("visibilitychange"));
		}, hidden);
		await hide(true);
		await until(async () => (await camera("front")).subscribers === 0, "nothing is asked for");
		await until(async () => (await camera("front")).decoders === 0, "nothing is decoded");
		const seq = await page.locator('canvas[data-camera="front"]').getAttribute("data-seq");
		const begin = performance.now();
		await hide(false);
		await until(async () => (await page.locator('canvas[data-camera="front"]').getAttribute("data-seq")) !== seq, "pictures again");
		ok(performance.now() - begin < 2500, `after ${Math.round(performance.now() - begin)} ms`);
		await allLive(page);
	},

	async "a server that dies and returns is told and found again"() {
		await stopServer(server, "SIGKILL");
		await until(async () => (await state(page, "front")) === "gone", "tiles say so");
		ok(await page.locator("#banner").isVisible(), "a banner says so");
		const bits = await page.evaluate(readBarCode, "front");
		ok(bits >= 0, "the last picture stays");
		await page.waitForTimeout(400);
		await shot(page, "server-gone");
		server = await startServer(server.port);
		await allLive(page);
		ok(!(await page.locator("#banner").isVisible()), "the banner is gone");
		let last = -1;
		for (let i = 0; i < 2; i++)
			last = await until(async () => {
				const n = await page.evaluate(readBarCode, "front");
				return n >= 0 && n !== last && n;
			}, "the bar code moves again");
	},

	async "a camera that is taken out says so, and is back without a reload"() {
		const wait = (name, is, what) => until(async () => (await state(page, name)) === is, what, 10000);
		await page.evaluate(() => (window.isTheSamePage = true));
		await tile(page, "gate").click();
		writeConfig(CONFIG.replace(/ {2}yard.*\n {2}gate.*\n/, ""), server.port);
		server.child.kill("SIGHUP");
		await wait("gate", "removed", "the one that is looked at alone says so");
		ok(await page.getByText("The camera has been taken out").first().isVisible(), "in words");
		await shot(page, "removed-single");
		await page.keyboard.press("Escape");
		ok((await state(page, "yard")) === "removed", "so do the others");
		ok((await page.locator("#summary").textContent()) === "2 live", "they are not counted");
		const order = await page.locator(".tile").evaluateAll((all) => all.map((e) => e.dataset.camera));
		ok(order.join() === CAMERAS.join(), `each stays where it was: ${order}`);
		await page.waitForTimeout(400);
		await shot(page, "removed");
		writeConfig(CONFIG, server.port);
		server.child.kill("SIGHUP");
		await allLive(page);
		const bits = await page.evaluate(readBarCode, "yard");
		await until(async () => (await page.evaluate(readBarCode, "yard")) !== bits, "its bar code moves again");
		ok(await page.evaluate(() => window.isTheSamePage), "without a reload");
	},

	async "a tile says why it is not shown, and forgets it with the next picture"() {
		const jpeg = Buffer.from(await (await fetch(`${origin}/api/v1/cameras/front/snapshot.jpg?width=640`)).arrayBuffer());
		const names = ["front", "yard", "gate", "garage"];
		const why = { front: "There is no decoder for AV1.", gate: "too much is asked for: 4000 million pixels a second" };
		const openRefused = async (options) => {
			const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
			const p = await context.newPage();
			const sent = { ids: {}, seq: 0 };
			sent.picture = (name) => {
				const head = Buffer.alloc(32);
				head.writeUInt8(1, 0);
				head.writeUInt8(1, 1);
				head.writeUInt32LE(sent.ids[name], 4);
				head.writeBigUInt64LE(BigInt(++sent.seq), 8);
				head.writeBigInt64LE(BigInt(Date.now()) * 1000000n, 16);
				head.writeUInt16LE(640, 28);
				head.writeUInt16LE(360, 30);
				sent.ws.send(Buffer.concat([head, jpeg]));
			};
			sent.say = (name, type) => sent.ws.send(JSON.stringify({ type, id: sent.ids[name], error: why[name] ?? "at most 640x360 of this camera" }));
			await p.routeWebSocket(/\/ws$/, (ws) => {
				sent.ws = ws;
				ws.onMessage((data) => {
					const message = JSON.parse(data);
					for (const { camera: name, id } of message.type === "view" ? message.tiles : [])
						sent.ids[name] = id;
				});
				ws.send(JSON.stringify({ type: "hello", version: 1, wall_ms: 0, fps: 10, quality: 60, tiles: 256, message_bytes: 4096 }));
				ws.send(JSON.stringify({ type: "cameras", cameras: names.map((name) => ({
					name, state: "live", codec: name === "front" ? "AV01" : "H264", width: 1280, height: 720, fps: 25, bits_per_second: 4000000, error: "",
				})) }));
			});
			await p.goto(origin);
			await until(() => sent.ids.front && sent.ids.yard, "tiles are asked for");
			const all = names.filter((name) => sent.ids[name]);
			for (const name of all.filter((n) => why[n]))
				sent.say(name, "error");
			sent.say("yard", "lowered");
			for (let i = 0; i < 14; i++, await p.waitForTimeout(100))
				all.filter((n) => !why[n]).forEach(sent.picture);
			return { p, sent };
		};
		for (const [name, options] of Object.entries({
			"refused-dark": { colorScheme: "dark" }, "refused-light": { colorScheme: "light" },
			"refused-phone": { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "dark" },
			"refused-phone-light": { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "light" },
		})) {
			const { p, sent } = await openRefused(options);
			await until(async () => (await state(p, "front")) === "refused", "the tile is told to be refused");
			ok(await tile(p, "front").getByText(why.front).isVisible(), "with the sentence");
			ok((await tile(p, "yard").getAttribute("aria-label")).includes("reduced. At most 640x360"), "the other is named reduced");
			ok((await tile(p, "yard").locator(".mark").getAttribute("title")) === "At most 640x360 of this camera", "and says why");
			ok((await state(p, "yard")) === "live", "and is live");
			ok(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
			await shot(p, name);
			sent.picture("front");
			await until(async () => (await state(p, "front")) === "live", "a picture ends that");
			sent.ws.send(JSON.stringify({ type: "granted", id: sent.ids.yard }));
			await until(async () => !(await tile(p, "yard").locator(".mark").isVisible()), "and granted the mark");
			await p.context().close();
		}
	},

	async "every state of a camera is told in words"() {
		const states = ["connecting", "retrying", "stalled", "failed", "live", "stopped"];
		const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
		const p = await context.newPage();
		await p.routeWebSocket(/\/ws$/, (ws) => {
			ws.send(JSON.stringify({ type: "hello", version: 1, wall_ms: 0, fps: 10, quality: 60, tiles: 256, message_bytes: 4096 }));
			ws.send(JSON.stringify({ type: "cameras", cameras: states.map((s, i) => ({
				name: `camera ${i + 1}`, state: s, codec: "H264", width: i ? 1920 : 0, height: i ? 1080 : 0, fps: 25,
				bits_per_second: 4000000, error: s === "retrying" ? "192.0.2.11 does not answer on port 554; is the camera switched on?" : "",
			})) }));
		});
		await p.goto(origin);
		for (const [i, word] of ["Connecting", "Retrying", "No picture", "Failed", "Connecting", "Stopped"].entries())
			ok((await p.locator(`.tile[data-camera="camera ${i + 1}"] .badge`).textContent()) === word, word);
		ok(await p.getByText("192.0.2.11 does not answer on port 554; is the camera switched on?").isVisible(), "with the reason");
		await shot(p, "states");
		await context.close();
	},

	async "without cameras the page says how to add one"() {
		const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
		const p = await context.newPage();
		await p.routeWebSocket(/\/ws$/, (ws) => {
			ws.send(JSON.stringify({ type: "hello", version: 1, wall_ms: 0, fps: 10, quality: 60, tiles: 256, message_bytes: 4096 }));
			ws.send(JSON.stringify({ type: "cameras", cameras: [] }));
		});
		await p.goto(origin);
		await p.getByText("No cameras yet").waitFor();
		await shot(p, "empty");
		await context.close();
	},

	async "a large wish is cut into messages that the server takes"() {
		const sizes = await page.evaluate(async () => {
			const { viewMessages } = await import("/link.js");
			const tiles = Array.from({ length: 256 }, (_, i) => ({ id: i, camera: `camera_${i}`, width: 480, fps: 10, quality: 60 }));
			const messages = viewMessages(tiles, 4096);
			const all = messages.flatMap((m) => JSON.parse(m).tiles);
			return { longest: Math.max(...messages.map((m) => m.length)), n: all.length, more: messages.map((m) => JSON.parse(m).more ?? false) };
		});
		ok(sizes.longest <= 4096 && sizes.n === 256, `longest ${sizes.longest}`);
		ok(sizes.more.slice(0, -1).every(Boolean) && !sizes.more.at(-1), "all but the last say more");
	},

	async "nothing failed on the page and nothing was asked of others"() {
		if (complaints.length)
			fail(complaints.join("; "));
		ok((await stopServer(server)) === 0, "the server ends with 0");
	},
});
