'use strict';
(() => {
	const every = 5000;
	const place = document.getElementById('fresh');
	if (!place || !document.querySelector('[data-live]')) {
		return;
	}
	const said = document.createElement('span');
	const button = document.createElement('button');
	let paused = false;
	let busy = false;
	let last = new Date();

	function say() {
		said.textContent = paused ? 'Paused' : 'As of ' + last.toLocaleTimeString();
		button.textContent = paused ? 'Go on' : 'Pause';
	}

	/* What people have opened, and how far they have scrolled, stays. */
	function replace(part, fresh) {
		const opened = part.querySelectorAll('details');
		fresh.querySelectorAll('details').forEach((one, i) => {
			one.open = Boolean(opened[i]?.open);
		});
		const scrolled = [...part.querySelectorAll('.scroll')].map((one) => one.scrollLeft);
		part.replaceWith(document.adoptNode(fresh));
		fresh.querySelectorAll('.scroll').forEach((one, i) => {
			one.scrollLeft = scrolled[i] || 0;
		});
	}

	/* A part that has the focus, or in which text is selected, waits. */
	function isInUse(part) {
		const selection = document.getSelection();
		return part.contains(document.activeElement) ||
			(selection && !selection.isCollapsed && selection.containsNode(part, true));
	}

	async function refresh() {
		if (paused || busy || document.hidden) {
			return;
		}
		busy = true;
		try {
			const response = await fetch(location.href, {cache: 'no-store', signal: AbortSignal.timeout(every)});
			if (!response.ok) {
				throw new Error(String(response.status));
			}
			const page = new DOMParser().parseFromString(await response.text(), 'text/html');
			for (const part of document.querySelectorAll('[data-live]')) {
				const fresh = page.getElementById(part.id);
				if (fresh && !isInUse(part)) {
					replace(part, fresh);
				}
			}
			last = new Date();
			said.className = '';
			say();
		} catch {
			said.className = 'bad';
			said.textContent = 'No answer since ' + last.toLocaleTimeString();
		}
		busy = false;
	}

	button.type = 'button';
	button.addEventListener('click', () => {
		paused = !paused;
		say();
		refresh();
	});
	place.replaceChildren(said, button);
	say();
	setInterval(refresh, every);
})();
