# Makes the table of bench-tls of its measurements, and the plot: awk -f table.awk -v sides="none [sw]" -v missing="INSTRUCTION SETS" -v svg=FILE measurements.txt
function median(list, count,    i, j, t) {
  for (i = 2; i <= count; i++) for (j = i; j > 1 && list[j] < list[j - 1]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
  return count % 2 ? list[(count + 1) / 2] : (list[count / 2] + list[count / 2 + 1]) / 2
}
# of one figure over the rounds
function middle(what, key,    i, list) { for (i = 1; i <= rounds; i++) list[i] = value[what, i, key]; return median(list, rounds) }
function ratio(what, side, key,    i, list) { for (i = 1; i <= rounds; i++) list[i] = value[what, i, side " " key] / value[what, i, "stock " key]; return median(list, rounds) }
function limit(key,    busy) { return middle("server", key) < 0.9 && middle("client", key) > 0.9 ? " (client)" : "" }

$1 == "version" { version[$2] = $3 }
$1 == "measured" {
  split("", field)
  for (i = 2; i <= NF; i++) { split($i, pair, "="); field[pair[1]] = pair[2] }
  if (field["failed"] > 0) { print "bench-tls: handshakes failed: " $0 > "/dev/stderr"; wrong = 1; exit 1 }
  key = field["side"] " " field["certificate"] " " field["group"] " " field["clients"]
  rounds = field["round"]
  at = field["round"] SUBSEP key
  cpu[at] += field["cpu_ns"] / 1000; done[at] += field["handshakes"]; seconds[at] += field["seconds"]; own[at] += field["client_cpu"]
  turns[at]++; p50[at] += field["p50"]; p99[at] += field["p99"]
  value["cpu", at] = cpu[at] / done[at]
  value["rate", at] = done[at] / seconds[at]
  value["p50", at] = p50[at] / turns[at]
  value["p99", at] = p99[at] / turns[at]
  value["server", at] = cpu[at] / 1e6 / seconds[at]
  value["client", at] = own[at] / seconds[at]
  row = field["certificate"] " " field["group"]
  if (!(row in seen)) { seen[row] = 1; rows[++count] = row }
}
END {
  if (wrong) exit 1
  if (!count) { print "bench-tls: nothing was measured" > "/dev/stderr"; exit 1 }
  title["rsa-2048 X25519"] = "RSA-2048, X25519"; title["rsa-2048 X25519MLKEM768"] = "RSA-2048, X25519MLKEM768"
  title["rsa-4096 X25519"] = "RSA-4096, X25519"; title["ecdsa X25519"] = "P-256, X25519"
  wanted["rsa-2048 X25519", 1] = 1.05; wanted["rsa-2048 X25519", 8] = 0.80; wanted["rsa-2048 X25519", 64] = 0.70
  wanted["rsa-2048 X25519MLKEM768", 1] = 1.05; wanted["rsa-2048 X25519MLKEM768", 8] = 0.88; wanted["rsa-2048 X25519MLKEM768", 64] = 0.78
  wanted["rsa-4096 X25519", 1] = 1.05; wanted["rsa-4096 X25519", 8] = 0.88; wanted["rsa-4096 X25519", 64] = 0.82
  wanted["ecdsa X25519", 1] = 1.0; wanted["ecdsa X25519", 8] = 0.90; wanted["ecdsa X25519", 64] = 0.88
  split("1 8 64", clients, " ")

  images = split(sides, image, " ")
  engine = image[images]
  for (s = 1; s <= images; s++) measured[image[s]] = 1
  printf "Debian's HAProxy %s against the image's %s, both with the same OpenSSL; %d rounds\n\n", version["stock"], version["none"], rounds
  print "CPU per handshake ÷ stock (wanted)\n"
  print "| certificate, group | acceleration | 1 client | 8 | 64 |\n|---|---|---|---|---|"
  for (r = 1; r <= count; r++) {
    printf "| %s | none |", title[rows[r]]
    for (c = 1; c <= 3; c++) printf " %.3f (≤ 1.02) |", ratio("cpu", "none", rows[r] " " clients[c])
    printf "\n| %s | sw |", title[rows[r]]
    for (c = 1; c <= 3; c++) {
      if ("sw" in measured) printf " %.3f (≤ %.2f) |", ratio("cpu", "sw", rows[r] " " clients[c]), wanted[rows[r], clients[c]]
      else printf " not measured (≤ %.2f) |", wanted[rows[r], clients[c]]
    }
    printf "\n| %s | hw | not measured | not measured | not measured |\n", title[rows[r]]
  }
  if (!("sw" in measured)) print "\nsw: not measured: the CPU lacks" missing "."
  print "hw: not measured: no QAT card.\n"

  print "Both sides, median of the rounds; busy is CPU ÷ wall time of server and of load client\n"
  print "| certificate, group | clients | side | CPU µs | handshakes/s | p50 ms | p99 ms | busy server | busy client |\n|---|---|---|---|---|---|---|---|---|"
  for (r = 1; r <= count; r++) for (c = 1; c <= 3; c++) for (s = 0; s <= images; s++) {
    side = s == 0 ? "stock" : image[s]
    key = side " " rows[r] " " clients[c]
    printf "| %s | %d | %s | %.0f | %.0f%s | %.2f | %.2f | %.2f | %.2f |\n", title[rows[r]], clients[c], side, middle("cpu", key),
      middle("rate", key), limit(key), middle("p50", key), middle("p99", key), middle("server", key), middle("client", key)
  }
  plot()
}
# Bars: CPU per handshake of both sides, a group for each row and number of clients.
function plot(    r, c, s, x, key, highest, height) {
  for (r = 1; r <= count; r++) for (c = 1; c <= 3; c++) for (s = 1; s <= 2; s++) {
    key = (s == 1 ? "stock" : engine) " " rows[r] " " clients[c]
    if (middle("cpu", key) > highest) highest = middle("cpu", key)
  }
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d 360\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\">\n", 60 + count * 210 > svg
  printf "<title>CPU per TLS 1.3 handshake, microseconds: Debian's HAProxy and the image's, acceleration %s</title>\n", engine > svg
  print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>" > svg
  printf "<text x=\"10\" y=\"18\" font-size=\"13\">CPU per full TLS 1.3 handshake, µs (median of %d rounds)</text>\n", rounds > svg
  printf "<rect x=\"10\" y=\"28\" width=\"10\" height=\"10\" fill=\"#888888\"/><text x=\"24\" y=\"37\">stock %s</text>\n", version["stock"] > svg
  printf "<rect x=\"210\" y=\"28\" width=\"10\" height=\"10\" fill=\"#0060a0\"/><text x=\"224\" y=\"37\">image, acceleration %s</text>\n", engine > svg
  for (r = 1; r <= count; r++) {
    x = 40 + (r - 1) * 210
    for (c = 1; c <= 3; c++) {
      for (s = 1; s <= 2; s++) {
        key = (s == 1 ? "stock" : engine) " " rows[r] " " clients[c]
        height = middle("cpu", key) / highest * 230
        printf "<rect x=\"%d\" y=\"%.1f\" width=\"24\" height=\"%.1f\" fill=\"%s\"/>", x + (c - 1) * 64 + (s - 1) * 26, 300 - height, height, s == 1 ? "#888888" : "#0060a0" > svg
        printf "<text x=\"%d\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"9\">%.0f</text>\n", x + (c - 1) * 64 + (s - 1) * 26 + 12, 297 - height, middle("cpu", key) > svg
      }
      printf "<text x=\"%d\" y=\"314\" text-anchor=\"middle\">%d</text>\n", x + (c - 1) * 64 + 25, clients[c] > svg
    }
    printf "<text x=\"%d\" y=\"332\" text-anchor=\"middle\">%s</text>\n", x + 89, title[rows[r]] > svg
  }
  print "<text x=\"40\" y=\"350\">numbers below the bars: clients at the same time</text>\n</svg>" > svg
}
