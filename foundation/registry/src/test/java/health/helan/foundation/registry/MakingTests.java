package health.helan.foundation.registry;

import static health.helan.foundation.registry.RegistryServer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.registry.RegistryServer.Hospital;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Rows of resources that were written before there was a registry. */
class MakingTests {
  private static final RegistryServer SERVER = RegistryServer.get();
  private final Hospital at =
      SERVER.new Hospital("市医院", "王医生").registered("2015-01-01", "2099-12-31");

  private static void execute(String sql) {
    try (Connection connection = SERVER.database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static String text(String sql) {
    try (Connection connection = SERVER.database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** As a database is in which these were written before the registry's tables were there. */
  private void forget() {
    execute("delete from registry_made");
    execute("delete from registry_practitioner where id = '" + at.doctor + "'");
    execute("delete from registry_licence where holder = 'Practitioner/" + at.doctor + "'");
    execute("delete from registry_post where id = '" + at.post + "'");
    execute(
        "delete from registry_organization where id in ('" + at.id + "', '" + at.department + "')");
  }

  @Test
  void areMadeOnceAndActsAreCheckedAgainstThem() {
    assertThat(at.prescribe(at.asDoctor, at.patient(), "").status()).isEqualTo(201);
    forget();
    assertThat(at.prescribe(at.asDoctor, at.patient(), ",'dosageInstruction':[]").status())
        .as("nobody knows the doctor")
        .isNotEqualTo(201);
    assertThat(SERVER.registry.makeOnce(SERVER.store)).isGreaterThanOrEqualTo(4);
    assertThat(at.prescribe(at.asDoctor, at.patient(), "").status()).isEqualTo(201);
    assertThat(
            text(
                "select institution from registry_organization where id = '" + at.department + "'"))
        .isEqualTo(at.id);
    assertThat(SERVER.registry.makeOnce(SERVER.store)).as("once").isZero();
  }

  @Test
  void areThoseOfTheLastVersionWhoeverWritesMeanwhile() throws Exception {
    for (int round = 0; round < 3; round++) {
      forget();
      try (var writer = Executors.newSingleThreadExecutor()) {
        var written =
            writer.submit(
                () -> {
                  String last = "";
                  for (int i = 0; i < 20; i++) {
                    last = "王医生" + i;
                    var tree =
                        (tools.jackson.databind.node.ObjectNode)
                            SERVER.get(ROOT, "Practitioner/" + at.doctor).json();
                    tree.putArray("name").addObject().put("text", last);
                    SERVER.send(ROOT, "PUT", "Practitioner/" + at.doctor, tree.toString());
                  }
                  return last;
                });
        SERVER.registry.makeOnce(SERVER.store);
        assertThat(text("select name from registry_practitioner where id = '" + at.doctor + "'"))
            .startsWith("王医生");
        String last = written.get();
        assertThat(text("select name from registry_practitioner where id = '" + at.doctor + "'"))
            .isEqualTo(last);
      }
    }
  }
}
