// SPDX-License-Identifier: MIT
// The few lines of TAP that test.mjs needs.

const hooks = { before: async () => {}, after: async () => {} };
export const before = (fn) => (hooks.before = fn);
export const after = (fn) => (hooks.after = fn);

export function fail(text) {
	throw new Error(text);
}

export function ok(is, text) {
	if (!is)
		fail(`not so: ${text}`);
}

/** Ask again and again until check() is true-ish. @returns its value */
export async function until(check, what, ms = 8000) {
	for (const end = performance.now() + ms; performance.now() < end; await new Promise((go) => setTimeout(go, 40))) {
		const value = await check();
		if (value)
			return value;
	}
	return fail(`not in ${ms} ms: ${what}`);
}

/** Run tests by name, one after the other; the process ends by itself after two minutes at the latest. */
export async function run(tests) {
	const names = Object.keys(tests);
	let failed = 0;
	const guard = setTimeout(() => {
		console.log("Bail out! it takes too long");
		process.exit(1);
	}, 120000);
	console.log(`1..${names.length}`);
	try {
		await hooks.before();
		for (const [i, name] of names.entries()) {
			try {
				await tests[name]();
				console.log(`ok ${i + 1} - ${name}`);
			} catch (error) {
				failed++;
				console.log(`not ok ${i + 1} - ${name}`);
				console.log(String(error.message).replace(/^/gm, "# "));
			}
		}
	} catch (error) {
		failed++;
		console.log(`Bail out! ${error.message}`);
	} finally {
		await hooks.after();
		clearTimeout(guard);
	}
	process.exitCode = failed ? 1 : 0;
}
