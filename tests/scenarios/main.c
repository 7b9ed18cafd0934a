/* The scenarios alone. For checks/defects: all of them, those with PART in their names first, and the first that fails is
 * the end. With --table those with PART only, in a table.
 *
 * usage: scenarios_alone [--table] [PART]
 */
#include "scenarios.h"

#include <string.h>

int main(int argc, char **argv)
{
    bool table = argc > 1 && !strcmp(argv[1], "--table");
    const char *part = argc > 1 + table ? argv[1 + table] : "";
    return table ? run_scenarios(part) != 0 : !scenarios_pass(part);
}
