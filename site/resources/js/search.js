// Search in the whole site, without a request to anybody: index and library are scripts of the site, which a page loads when the field is first used, so that it works from a folder, too.
// Keys: "/" goes to the field, up and down choose, Enter opens, Escape leaves.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.createElement("form");
  form.id = "search";
  form.role = "search";
  form.innerHTML = '<input type="search" placeholder="Search" aria-label="Search" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" autocomplete="off" spellcheck="false">'
    + '<ul id="found" role="listbox" aria-label="Found"></ul>';
  document.querySelector("#banner .pull-left").after(form);
  const field = form.querySelector("input");
  const list = form.querySelector("ul");
  let chosen = -1;
  let engine;

  const load = file => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = file;
    script.onload = done;
    script.onerror = () => failed(new Error(file + " could not be loaded"));
    document.head.append(script);
  });
  const ready = () => engine ??= load("./js/fuse.js").then(() => load("./js/search-index.js")).then(() => {
    const keys = [{ name: "heading", weight: 4 }, { name: "page", weight: 2 }, { name: "text", weight: 1 }];
    const exact = new Fuse(searchIndex, { keys, useExtendedSearch: true, ignoreLocation: true, threshold: 0 });
    // Only among headings: in a long text nearly every word is like another.
    const alike = new Fuse(searchIndex, { keys: keys.slice(0, 2), ignoreLocation: true, threshold: 0.35 });
    return query => {
      // Every word, wherever in a section it is; a quotation mark in front is Fuse's "contains".
      const words = query.replaceAll('"', " ").trim().split(/\s+/).map(word => `'"${word}"`);
      const found = exact.search({ $and: words.map(word => ({ $or: keys.map(({ name }) => ({ [name]: word })) })) }, { limit: 12 });
      return (found.length > 0 ? found : alike.search(query, { limit: 12 })).map(({ item }) => item);
    };
  });

  const choose = place => {
    const options = list.querySelectorAll("[role=option]");
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = options.length === 0 ? -1 : (place + options.length) % options.length;
    options[chosen]?.setAttribute("aria-selected", "true");
    options[chosen]?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[chosen]?.id ?? "");
  };
  const close = () => {
    list.replaceChildren();
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const excerpt = (text, words) => {
    const places = words.map(word => text.toLowerCase().indexOf(word)).filter(place => place >= 0);
    const from = text.lastIndexOf(" ", Math.max(0, Math.min(...places, text.length) - 40)) + 1;
    return places.length === 0 ? text.slice(0, 140) : (from > 0 ? "… " : "") + text.slice(from, from + 140);
  };
  const item = (result, number, words) => {
    const option = document.createElement("li");
    option.id = "found-" + number;
    option.role = "option";
    const link = document.createElement("a");
    link.href = result.href;
    link.tabIndex = -1;
    link.append(result.heading === result.page ? result.page : result.page + " › " + result.heading);
    const small = document.createElement("small");
    small.append(excerpt(result.text, words));
    link.append(small);
    option.append(link);
    return option;
  };
  const show = async () => {
    const search = await ready();
    const query = field.value.trim();
    if (query === "") {
      close();
      return;
    }
    const words = query.toLowerCase().split(/\s+/);
    const results = search(query);
    list.replaceChildren(...results.map((result, number) => item(result, number, words)));
    if (results.length === 0) {
      list.innerHTML = '<li class="none" role="status">Nothing found</li>';
    }
    field.setAttribute("aria-expanded", "true");
    choose(0);
  };

  field.addEventListener("focus", ready);
  field.addEventListener("input", show);
  field.addEventListener("keydown", event => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Escape") {
      field.value = "";
      close();
      field.blur();
    }
  });
  form.addEventListener("submit", event => {
    event.preventDefault();
    list.querySelector("[aria-selected=true] a")?.click();
  });
  list.addEventListener("click", close);
  document.addEventListener("click", event => form.contains(event.target) || close());
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, textarea, select")) {
      field.focus();
      event.preventDefault();
    }
  });
});
