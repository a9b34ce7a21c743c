// Package page opens the HTML page of differences in a browser. It contains only tests and ships
// nothing. They need Chromium and axe-core: make page gets axe-core, and says what is missing.
//
// With COHORT_PAGE=required, a test fails where it would skip. With COHORT_PAGE_PICTURES, pictures
// of the page are written into that directory.
package page
