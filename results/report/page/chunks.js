// The documents, in chunks of some hundred, gzip in base64: each is opened when a reader first needs one of it.

/** The chunks of a task in order; `start` is the place of the first document among all that the page has of the task. */
function readChunkList(task) {
  let start = 0;
  return [...document.querySelectorAll(`script.chunk[data-task="${CSS.escape(task)}"]`)].map((block) => {
    const chunk = { block, start, count: Number(block.dataset.count), first: Number(block.dataset.first), opened: null };
    start += chunk.count;
    return chunk;
  });
}

async function unzipped(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** {strings, documents} of a chunk, opened once; every document knows the strings that its indices mean. */
function openChunk(chunk) {
  chunk.opened ??= unzipped(JSON.parse(chunk.block.textContent)).then((content) => {
    for (const item of content.documents) item.strings = content.strings;
    return content;
  });
  return chunk.opened;
}

function countOf(chunks) {
  const last = chunks.at(-1);
  return last ? last.start + last.count : 0;
}

/** The documents in the places [from, to) of a task. */
async function documentsBetween(chunks, from, to) {
  const wanted = chunks.filter((chunk) => chunk.start < to && chunk.start + chunk.count > from);
  const found = [];
  for (const chunk of wanted) {
    const { documents } = await openChunk(chunk);
    found.push(...documents.slice(Math.max(0, from - chunk.start), to - chunk.start));
  }
  return found;
}

/** The place of document number n of the task, or -1 where the page does not have it. */
async function placeOf(chunks, n) {
  const chunk = chunks.findLast((candidate) => candidate.first <= n);
  if (!chunk) return -1;
  const { documents } = await openChunk(chunk);
  const index = documents.findIndex((item) => item.n === n);
  return index < 0 ? -1 : chunk.start + index;
}

/** A text of a document by its index; null where there is none, or where the report has no texts. */
function textAt(item, index) {
  return index === null || index === undefined ? null : item.strings[index] ?? null;
}

/** Indices of all texts of a document that a search looks at. */
function textIndices(item) {
  const answers = Object.values(item.runs).flatMap((answer) => [answer.generation, answer.extracted]);
  return [item.prompt, item.target, ...(item.choices ?? []), ...answers];
}

/** A filter of documents by text. Each text of a chunk is looked at once, however many documents have it. */
function searchFor(query) {
  const wanted = query.toLowerCase();
  const hitsOf = new WeakMap();
  return (item) => {
    if (!hitsOf.has(item.strings)) hitsOf.set(item.strings, item.strings.map((text) => text.toLowerCase().includes(wanted)));
    const hits = hitsOf.get(item.strings);
    return String(item.id).toLowerCase().includes(wanted) || textIndices(item).some((index) => hits[index]);
  };
}
