import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatUnits } from "../../domain/amount.ts";
import type { LifecycleResult } from "../../domain/lifecycle.ts";
import { buildDashboard } from "../../scripts/dashboard-build.ts";
import { freePort } from "../../scripts/port.ts";
import { startChromium } from "../setup/chromium.ts";
import { openTestSystem, type SystemProcess, type TestSystem } from "./system.ts";

const LIMIT_MS = 30_000;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
/** With the newest settled lifecycle in the place of the dots. */
const PAGES = ["/", "/?chain=31337", "/trades", "/gaps", "/health", "/opportunities/…"];
/** What stands on a page once it is read; the lifecycle's own row where it is not here. */
const CONTENTS: Readonly<Record<string, string>> = { "/gaps": ".notice", "/health": "main h2", "/opportunities/…": "#money" };
/** What Chromium itself writes to the console about a server that is not there; it cannot be kept from doing so. */
const OUTAGE = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)|WebSocket connection to .* failed/;

let system: TestSystem;
let worker: SystemProcess;
let api: SystemProcess;
let browser: Browser;
let port = 0;
/** A settled lifecycle that the pages of the phone list. */
let shown = "";

beforeAll(async () => {
	[system, browser, port] = await Promise.all([openTestSystem({ seed: 15 }), startChromium(), freePort(), buildDashboard(runVite)]);
	[worker, api] = await Promise.all([system.spawnWorker({}), startApi()]);
}, 180_000);

afterAll(async () => {
	await browser?.close();
	await Promise.all([api?.stop(), worker?.stop()]);
	await system?.[Symbol.asyncDispose]();
});

/** As outside a test run: the build is kept, and `npm start` serves it too. */
async function runVite(command: { readonly args: readonly string[]; readonly cwd: string }): Promise<void> {
	const { VITEST: _, ...env } = process.env;
	const vite = spawn(process.execPath, command.args, {
		...{ cwd: command.cwd, env: { ...env, NODE_ENV: "production" }, stdio: ["ignore", "pipe", "pipe"] },
	});
	let output = "";
	for (const stream of [vite.stdout, vite.stderr]) {
		stream?.on("data", (chunk) => {
			output += chunk;
		});
	}
	const [code] = await once(vite, "close");
	if (code !== 0) throw new Error(`the dashboard's build ended with ${code}:\n${output}`);
}

function startApi(): Promise<SystemProcess> {
	return system.spawn("api/main.ts", { API_PORT: String(port) });
}

interface OpenPage extends AsyncDisposable {
	readonly page: Page;
	/** Errors that scripts threw or wrote to the console. */
	readonly errors: string[];
	/** Addresses of the documents that were loaded. */
	readonly documents: string[];
}

async function open(path: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const errors: string[] = [];
	const documents: string[] = [];
	page.on("pageerror", (error) => errors.push(error.message));
	page.on("console", (message) => {
		if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
	});
	page.on("request", (request) => {
		if (request.isNavigationRequest()) documents.push(request.url());
	});
	await page.goto(`http://127.0.0.1:${port}${path}`);
	return { page, errors, documents, [Symbol.asyncDispose]: () => context.close() };
}

function rowOf(page: Page, workflowId: string): Locator {
	return page.locator(`a[data-workflow-id="${workflowId}"]`);
}

async function whenLive(page: Page): Promise<void> {
	await page.locator(".connection.live").waitFor({ timeout: LIMIT_MS });
}

async function expectSettled(row: Locator, result: LifecycleResult): Promise<void> {
	expect(result, JSON.stringify(result)).toMatchObject({ outcome: "settled" });
	await expect.poll(() => row.getAttribute("data-outcome"), { timeout: LIMIT_MS }).toBe("settled");
	await expect.poll(() => row.locator("[role=img]").getAttribute("aria-label"), { timeout: LIMIT_MS }).toBe("settled after 8 steps");
	const netProfitWei = result.netProfitWei ?? "0";
	await expect
		.poll(() => row.locator(".net .amount").getAttribute("title"), { timeout: LIMIT_MS })
		.toMatch(new RegExp(`^${formatUnits(BigInt(netProfitWei), 18)} \\S+ \\(${netProfitWei} base units\\)$`));
	expect(await row.locator(".net .amount").textContent()).toMatch(/^\+0\.\d+/);
}

describe("the dashboard in Chromium", () => {
	it("shows a lifecycle that starts in the background, its steps and its profit, without a reload", async () => {
		await using opened = await open("/");
		const { page, errors, documents } = opened;
		await whenLive(page);
		const workflowId = await system.takeGap();
		const row = rowOf(page, workflowId);
		await row.waitFor({ timeout: LIMIT_MS });
		// No block is mined: there it stays, submitted.
		expect(await row.getAttribute("data-outcome")).toBe("running");
		await expect
			.poll(() => row.locator("[role=img]").getAttribute("aria-label"), { timeout: LIMIT_MS })
			.toMatch(/^[56] of 8 steps done, last (plan|submit)$/);
		await expectSettled(row, await system.mineToTheEnd(workflowId));
		expect(documents).toEqual([`http://127.0.0.1:${port}/`]);
		expect(errors).toEqual([]);
	});

	it("finds its way back after the connection was cut: nothing is missed, and what comes later appears", async () => {
		await using opened = await open("/");
		const { page, errors, documents } = opened;
		await whenLive(page);
		await api.stop();
		await page.locator(".connection:not(.live)").waitFor({ timeout: LIMIT_MS });
		const missed = await system.takeGap();
		const missedResult = await system.mineToTheEnd(missed);
		expect(await rowOf(page, missed).count()).toBe(0);

		api = await startApi();
		await expectSettled(rowOf(page, missed), missedResult);
		await whenLive(page);
		const later = await system.takeGap();
		await expectSettled(rowOf(page, later), await system.mineToTheEnd(later));
		expect(documents).toEqual([`http://127.0.0.1:${port}/`]);
		expect(errors.filter((error) => !OUTAGE.test(error))).toEqual([]);
	});

	describe.each(["dark", "light"] as const)("on a phone, in %s", (colorScheme) => {
		beforeAll(async () => {
			shown = await system.takeGap();
			const result = await system.mineToTheEnd(shown);
			expect(result, JSON.stringify(result)).toMatchObject({ outcome: "settled" });
		});

		it.each(PAGES)("shows %s without anything wider than the screen", async (path) => {
			await using opened = await open(path.replace("…", shown), { ...PHONE, colorScheme });
			const { page, errors } = opened;
			await whenLive(page);
			const content = CONTENTS[path] ?? `[data-workflow-id="${shown}"]`;
			await page.locator(content).first().waitFor({ timeout: LIMIT_MS });
			await expect.poll(() => page.evaluate(WIDER_THAN_THE_SCREEN), { timeout: LIMIT_MS }).toEqual([]);
			expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(PHONE.viewport.width);
			const brightness = await page.evaluate(BACKGROUND_BRIGHTNESS);
			if (colorScheme === "dark") expect(brightness).toBeLessThan(80);
			else expect(brightness).toBeGreaterThan(200);
			expect(errors).toEqual([]);
		});
	});
});

/** Runs in the page: what reaches beyond the right edge and does not lie in a box of its own that scrolls or cuts off. */
const WIDER_THAN_THE_SCREEN = `[...document.body.querySelectorAll("*")]
	.filter((element) => {
		if (element.getBoundingClientRect().right <= ${PHONE.viewport.width} + 0.5) return false;
		for (let box = element.parentElement; box !== null && box !== document.body; box = box.parentElement)
			if (getComputedStyle(box).overflowX !== "visible") return false;
		return true;
	})
	.map((element) => element.tagName + "." + element.className + ": " + element.textContent.trim().slice(0, 40))`;

/** Runs in the page: mean of red, green and blue behind everything, 0 to 255. */
const BACKGROUND_BRIGHTNESS = `(() => {
	const canvas = document.createElement("canvas").getContext("2d");
	canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
	canvas.fillRect(0, 0, 1, 1);
	const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
	return (red + green + blue) / 3;
})()`;
