// What a form says while it is filled in. Everything else works without.
//
// It tells the server what the form holds when a field is left, or typing has stopped for a moment.
// The server keeps that as a draft, so that a reload shows it again, and answers with what is wrong.
// Nothing is kept in the browser.

"use strict";

(() => {
  const PAUSE = 700;
  const form = document.querySelector("form[data-live]");

  // A button beside an address, to copy it.
  for (const input of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.className = "button small";
    button.textContent = "Copy";
    said.setAttribute("role", "status");
    said.className = "unseen";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(input.value);
      } catch {
        input.select();
        return;
      }
      button.textContent = said.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 2000);
    });
    input.after(button, said);
    input.parentElement.classList.add("copies");
  }

  // What has just gone wrong is read first.
  const told = document.querySelector("#summary") ?? document.querySelector("#notice[data-tone=bad]");
  if (told && !location.hash) told.focus();

  // A link to a step opens it.
  const open = () => { document.querySelector("details:target")?.setAttribute("open", ""); };
  addEventListener("hashchange", open);
  addEventListener("load", open);

  // Once is enough.
  let sending = false;
  addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    sending = true;
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    sending = false;
    document.querySelectorAll(".button[aria-disabled]").forEach((it) => it.removeAttribute("aria-disabled"));
  });

  // Asking for another secret leads to where it is typed.
  document.addEventListener("toggle", (event) => {
    const { target } = event;
    if (target.open && target.matches(".kept-other") && target.contains(document.activeElement)) {
      target.querySelector("input").focus();
    }
  }, true);

  if (!form || !window.fetch) return;

  const left = new Set();
  const fieldOf = (input) => input.name === "name" ? "name" : /^f\.(.*)$/s.exec(input.name)?.[1];
  const inputsOf = (field) => [...form.elements].filter((it) => it.name && fieldOf(it) === field);
  const isBlank = (inputs) => inputs.every((it) => it.type === "radio" ? !it.checked : !it.value);
  for (const box of form.querySelectorAll("[data-severity]")) left.add(box.dataset.problemsOf);

  const line = (problem) => {
    const p = document.createElement("p");
    const part = (name, text) => {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      p.append(span);
    };
    p.className = `problem ${problem.severity}`;
    if (problem.severity === "error") part("unseen", "Error: ");
    else part("problem-lead", "Worth a look: ");
    p.append(problem.message);
    if (problem.hint) part("problem-hint", ` ${problem.hint}`);
    return p;
  };

  // A field that nobody has come to yet is not blamed for being empty.
  const isDue = (problem) => left.has(problem.field) || !isBlank(inputsOf(problem.field));

  const show = (problems) => {
    for (const box of form.querySelectorAll("[data-problems-of]")) {
      const field = box.dataset.problemsOf;
      const due = problems.filter((it) => it.field === field && isDue(it));
      due.sort((a, b) => (a.severity === "warning") - (b.severity === "warning"));
      const lines = due.map(line);
      if (lines.map((it) => it.textContent).join() === [...box.children].map((it) => it.textContent).join()) continue;
      box.replaceChildren(...lines);
      if (due.length) box.dataset.severity = due[0].severity;
      else delete box.dataset.severity;
      for (const input of inputsOf(field)) {
        if (input.type === "radio") continue;
        if (due[0]?.severity === "error") input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    }
  };

  let timer, asked = 0;
  const ask = async () => {
    clearTimeout(timer);
    if (sending) return;
    const turn = ++asked;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.live, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) return;
      const { problems } = await answer.json();
      if (turn !== asked || sending) return;
      show(problems);
      form.querySelectorAll("[data-draft]").forEach((it) => { it.hidden = false; });
    } catch {
      // Without an answer the form works as it does without this script.
    }
  };

  let changed = false;
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  form.addEventListener("focusout", ({ target, relatedTarget }) => {
    const field = target.name && fieldOf(target);
    if (!field || (relatedTarget?.name && fieldOf(relatedTarget) === field)) return;
    left.add(field);
    if (changed || isBlank(inputsOf(field))) ask();
    changed = false;
  });
})();
