# Makes a Gappa script of a template: names in capitals are replaced by the values in lines `value NAME x ...` of the first
# file, and
#   horner h NAME x    becomes the steps of Horner's scheme, h0 the last, rounded as the source rounds,
#   exact H NAME x     the same without rounding,
#   product(...)       a product that is the first half of a multiply-add: rounded only where that is not fused.
FNR == NR {
    value[$2] = $0
    sub(/^value [A-Z0-9_]+ */, "", value[$2])
    if (value[$2] in value) value[$2] = value[value[$2]]
    next
}
/^#/ { next }
$1 == "horner" || $1 == "exact" {
    count = split(value[$3], c)
    sum = c[1]
    for (i = 2; i <= count; i++) {
        product = sum " * " $4
        sum = $2 (count - i)
        print sum " = " ($1 == "exact" ? product " + " c[i] : "rnd(" multiplied "(" product ") + " c[i] ")") ";"
    }
    next
}
{
    gsub(/product\(/, multiplied "(")
    rest = $0
    line = ""
    while (match(rest, /[A-Z][A-Z_][A-Z0-9_]*/)) {
        name = substr(rest, RSTART, RLENGTH)
        if (!(name in value)) {
            print "no " name " in " FILENAME > "/dev/stderr"
            exit 1
        }
        line = line substr(rest, 1, RSTART - 1) value[name]
        rest = substr(rest, RSTART + RLENGTH)
    }
    print line rest
}
