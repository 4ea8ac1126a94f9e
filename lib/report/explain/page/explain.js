/* Keys, and links from a cause to its first explanation. Without it the page shows the same. */

const articles = [...document.querySelectorAll('article')];

const show = (article) => {
  article?.focus();
  article?.scrollIntoView({ block: 'center' });
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || (event.key !== 'j' && event.key !== 'k')) return;
  const at = articles.indexOf(document.activeElement);
  const next = event.key === 'j' ? at + 1 : at < 0 ? articles.length - 1 : at - 1;
  show(articles[Math.max(0, Math.min(next, articles.length - 1))]);
});

for (const link of document.querySelectorAll('.causes a')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const cause = link.hash.slice(1);
    show(articles.find((article) => article.dataset.cause === cause));
  });
}
