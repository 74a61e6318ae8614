# SPDX-License-Identifier: MIT
# Charts of one kernel: data, kernel and out are set by report.sh, and counted and
# timed: whether these boots were measured.
set terminal svg size 760,420 font "sans,12" background "white"
set grid ytics lc rgb "#dddddd"
set key top left
mend = "#1b7f5c"; walk = "#b0b0b0"; klp = "#c2622d"

if (counted) {
set output out."-window.svg"
set title "Instructions in the stop window, ".kernel
set xlabel "threads asleep"; set ylabel "instructions"
set logscale xy
set format y "%.0s%c"
set xrange [5:20000]
set yrange [1000:1e8]
plot data index 0 using 1:2 with linespoints lw 2 pt 7 lc rgb mend title "mend", \
     data index 0 using 1:3 with linespoints lw 2 pt 5 lc rgb walk title "walk-all"
}

if (timed) {
reset
set terminal svg size 760,420 font "sans,12" background "white"
set output out."-times.svg"
set title "Apply and revert, ".kernel." (medians; logarithmic)"
set ylabel "milliseconds"
set grid ytics lc rgb "#dddddd"
set key top left
set logscale y
set yrange [10:100000]
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set xtics rotate by -20
plot data index 1 using 2:xtic(1) lc rgb mend title "mend", \
     data index 1 using 3 lc rgb walk title "walk-all", \
     data index 1 using 4 lc rgb klp title "livepatch"
}

if (counted) {
reset
set terminal svg size 760,420 font "sans,12" background "white"
set grid ytics lc rgb "#dddddd"
set key top left
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set output out."-call.svg"
set title "Instructions added to a call, ".kernel
set ylabel "instructions"
set yrange [0:*]
plot data index 2 using 2:xtic(1) lc rgb mend title "mend", \
     data index 2 using 4 lc rgb klp title "livepatch"
}
