// Runs before the first paint, so that a chosen theme does not flash. Without a choice the system's preference decides (app.css).
(() => {
	try {
		const chosen = localStorage.getItem("theme");
		if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
	} catch {
		// Storage is blocked in this browser: the system's preference stays in force.
	}
})();
