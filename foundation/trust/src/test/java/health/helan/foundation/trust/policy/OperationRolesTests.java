package health.helan.foundation.trust.policy;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who may call which operation, held to the guide's table. */
class OperationRolesTests {
  private static final RolePolicy POLICY = new RolePolicy(Clock.systemUTC());
  private static final List<Role> COLUMNS =
      List.of(Role.RESIDENT, Role.PRACTITIONER, Role.SYSTEM, Role.REGULATOR, Role.OPERATOR);

  private static TreeMap<String, Set<Role>> table() throws IOException {
    var table = new TreeMap<String, Set<Role>>();
    boolean isInside = false;
    for (String line : Files.readAllLines(Path.of("../../docs/guide/access.md"))) {
      if (line.startsWith("## ")) {
        isInside = line.equals("## Operations by role");
      }
      if (!isInside || !line.startsWith("| `")) {
        continue;
      }
      List<String> cells = new ArrayList<>();
      for (String cell : line.split("\\|", -1)) {
        cells.add(cell.strip());
      }
      var roles = new java.util.HashSet<Role>();
      for (int i = 0; i < COLUMNS.size(); i++) {
        assertThat(cells.get(i + 2)).isIn("yes", "no");
        if (cells.get(i + 2).equals("yes")) {
          roles.add(COLUMNS.get(i));
        }
      }
      var names = Pattern.compile("`([a-z-]+)`").matcher(cells.get(1));
      while (names.find()) {
        table.put(names.group(1), roles);
      }
    }
    return table;
  }

  private static Caller caller(Role role, String... scopes) {
    return new Caller(
        "somebody", role, "h", Set.of(), "r", new Binding("", Set.of(), Set.of(), Set.of(scopes)));
  }

  @Test
  void theRolesCallWhatTheGuideSays() throws IOException {
    var table = table();
    assertThat(table).hasSizeGreaterThan(20);
    table.forEach(
        (operation, roles) -> {
          for (Role role : Role.values()) {
            assertThat(POLICY.mayOperate(caller(role, "*"), operation))
                .as(role + " " + operation)
                .isEqualTo(roles.contains(role));
          }
          assertThat(POLICY.mayOperate(Caller.operator("r"), operation)).isTrue();
        });
    assertThat(POLICY.mayOperate(caller(Role.OPERATOR, "*"), "not-declared")).isFalse();
  }

  @Test
  void aTokenForSomeTypesRunsNothingOnThePlatform() {
    assertThat(POLICY.mayOperate(caller(Role.OPERATOR, "user/*.cruds"), "renew-data-key")).isTrue();
    assertThat(POLICY.mayOperate(caller(Role.OPERATOR, "user/*.rs"), "renew-data-key")).isFalse();
    assertThat(POLICY.mayOperate(caller(Role.OPERATOR, "user/*.rs"), "encryption-status")).isTrue();
    assertThat(
            POLICY.mayOperate(caller(Role.OPERATOR, "user/Organization.cruds"), "renew-data-key"))
        .isFalse();
    assertThat(POLICY.mayOperate(caller(Role.OPERATOR, "patient/*.rs"), "erase")).isFalse();
    assertThat(POLICY.mayOperate(caller(Role.SYSTEM, "system/*.rs"), "link-health")).isTrue();
    assertThat(POLICY.mayOperate(caller(Role.SYSTEM, "system/Observation.rs"), "link-health"))
        .isFalse();
  }
}
