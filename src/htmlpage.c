/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of a page. */
#include "nrb/htmlpage.h"

#include "nrb/ink.h"

/* Text at least 4.5:1 and marks 3:1 on their paper, in both schemes. */
static const char style[] =
	"body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,sans-serif}\n"
	"main{max-width:66rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}\n"
	"h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0 1rem}\n"
	"h2{font-size:1.35rem;line-height:1.3;margin:3rem 0 .75rem;padding-top:1rem;"
	"border-top:2px solid var(--ink)}\n"
	"h3{font-size:1.1rem;margin:2.25rem 0 .4rem}\n"
	"h4{font-size:1rem;margin:1.25rem 0 .25rem}\n"
	"p{margin:.35rem 0;max-width:46rem}\n"
	".how{color:var(--soft);font-size:.9rem}\n"
	".item{padding-left:1.2rem;text-indent:-.8rem}\n"
	".item::before{content:\"\\2013\\00a0\"}\n"
	".banner{border:2px solid var(--warn);border-radius:.4rem;padding:.6rem .9rem;"
	"font-weight:600;margin:1rem 0}\n"
	".verdict{border-left:.3rem solid var(--band);background:var(--raised);"
	"padding:.7rem 1rem;margin:1rem 0;border-radius:0 .4rem .4rem 0}\n"
	".wide{overflow-x:auto;margin:.5rem 0}\n"
	"table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}\n"
	"th,td{padding:.28rem .6rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--grid)}\n"
	"thead th{border-bottom:2px solid var(--grid);font-weight:600;vertical-align:bottom}\n"
	"tbody th{font-weight:600;white-space:nowrap}\n"
	"td{white-space:nowrap}\n"
	".facts td{white-space:normal}\n"
	".n{text-align:right}\n"
	"figure{margin:.75rem 0}\n"
	"svg{display:block;width:100%;max-width:50rem;height:auto;color:var(--ink);"
	"font-family:inherit}\n"
	"details{margin:.5rem 0 1rem}\n"
	"summary{cursor:pointer;color:var(--link);font-size:.9rem}\n"
	"a{color:var(--link)}\n"
	"a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:2px solid "
	"var(--link);outline-offset:2px}\n"
	"footer{margin-top:3rem;color:var(--soft);font-size:.9rem}\n"
	"@media print{body{font-size:10pt}main{max-width:none;padding:0}"
	"figure,tr,.verdict,.banner{break-inside:avoid}h2,h3,h4,.how{break-after:avoid}"
	".wide{overflow:visible}th,td{padding:.15rem .4rem}table{font-size:7.5pt}"
	"details::details-content{display:block;content-visibility:visible}"
	"summary{display:none}}\n";

static const char light[] =
	"--paper:#fff;--ink:#1b1b1b;--soft:#555;--raised:#f3f6f9;--link:#00589c;";
static const char dark[] =
	"--paper:#15181c;--ink:#e9ebed;--soft:#a9b0b8;--raised:#1f252b;--link:#7cbcf5;";

static void print_scheme(FILE *out, const char *base, int is_dark)
{
	fprintf(out, ":root{%s", base);
	for (int i = 0; i < NRB_N_INKS; i++) {
		const struct nrb_ink *ink = &nrb_ink_table[i];

		fprintf(out, "--%s:%s;", ink->name, is_dark ? ink->dark : ink->light);
	}
	fputs("}\n", out);
}

/* Paper is white, whatever the screen was. */
static void print_style(FILE *out)
{
	fputs("<style>\n:root{color-scheme:light dark}\n", out);
	print_scheme(out, light, 0);
	fputs("@media screen and (prefers-color-scheme:dark){", out);
	print_scheme(out, dark, 1);
	fputs("}\n", out);
	fputs(style, out);
	fputs("</style>\n", out);
}

void nrb_htmlpage_begin(FILE *out, int n_records)
{
	fputs("<!DOCTYPE html>\n"
	      "<html lang=\"en\">\n"
	      "<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<title>What vm.zone_reclaim_mode does: a report by numa-reclaim-bench</title>\n",
		out);
	print_style(out);
	fputs("</head>\n<body>\n<main>\n<h1>What vm.zone_reclaim_mode does</h1>\n", out);
	if (n_records > 1) {
		fprintf(out,
			"<p>%d records, one after the other; nothing of one is pooled with "
			"another's.</p>\n",
			n_records);
	}
}

void nrb_htmlpage_end(FILE *out, const struct nrb_plots *plots)
{
	if (plots->is_absent) {
		fputs("<p class=\"banner\">This page has no pictures, since gnuplot was not "
		      "installed where it was made. Install it (Debian: gnuplot-nox; Fedora: "
		      "gnuplot-minimal) and make the page anew, or run the scripts that --plots "
		      "DIR leaves where there is one.</p>\n",
			out);
	} else if (plots->n_failed > 0) {
		fprintf(out,
			"<p class=\"banner\">%d of %d pictures are missing: gnuplot did not draw "
			"them, or in a way that this program does not know. Their tables are "
			"here.</p>\n",
			plots->n_failed, plots->n);
	}
	fputs("<footer><p>Made by numa-reclaim-bench. Every number is in the record; report "
	      "--csv and --json print all of them.</p></footer>\n"
	      "</main>\n</body>\n</html>\n",
		out);
}
