export type Theme = "system" | "light" | "dark";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

export function nextTheme(theme: Theme): Theme {
	return NEXT[theme];
}

/** The theme that `theme.js` found in storage before the first paint. */
export function currentTheme(): Theme {
	const chosen = document.documentElement.dataset.theme;
	return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** Puts a theme in force and keeps it; where storage is blocked it lasts until the page is closed. */
export function chooseTheme(theme: Theme): void {
	if (theme === "system") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	try {
		if (theme === "system") localStorage.removeItem("theme");
		else localStorage.setItem("theme", theme);
	} catch {
		// The choice is in force already; a browser that blocks storage does not keep it.
	}
}
