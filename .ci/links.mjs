// Configuration of remark, which checks the links between the pages of this repository and their
// anchors: make links. It opens no page of the web.
import links from "remark-validate-links";
import { visit } from "unist-util-visit";

// Pages of the documentation link to nested schemas by <a id="…"></a>.
const anchors = () => (tree) =>
  visit(tree, "html", (node) => {
    const id = /^<a id="([^"]+)">/.exec(node.value)?.[1];
    if (id) node.data = { hProperties: { id } };
  });

export default {
  plugins: [anchors, [links, { repository: "cohort-xyz/terraform-provider-cohort", root: process.cwd() }]],
};
