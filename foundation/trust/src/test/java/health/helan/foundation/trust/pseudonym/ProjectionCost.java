package health.helan.foundation.trust.pseudonym;

import static health.helan.foundation.trust.pseudonym.ProjectedServer.ROOT;
import static health.helan.foundation.trust.pseudonym.ProjectedServer.await;

import health.helan.foundation.store.Interaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * What projecting costs: CPU of this program and of all PostgreSQL processes of this machine's test
 * server, and bytes on disk. No assertion; run by name ({@code -Dtest=ProjectionCost}).
 */
class ProjectionCost {
  private final ProjectedServer server = ProjectedServer.get();

  private static double cpuSeconds() throws IOException {
    double all = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    // Backends come and go: those of this JVM's own server are its descendants.
    for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
      Path stat = Path.of("/proc", Long.toString(child.pid()), "stat");
      if (Files.exists(stat)) {
        String[] fields = Files.readString(stat).replaceAll(".*\\) ", "").split(" ");
        all += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
      }
    }
    return all;
  }

  private long number(String sql) throws SQLException {
    try (var connection = server.pool.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void ofManyFindings() throws Exception {
    await(() -> server.projection.state() == Projection.State.WHOLE);
    int residents = 200;
    int each = 50;
    for (int r = 0; r < residents; r++) {
      String patient =
          server.created(
              ROOT,
              "{'resourceType':'Patient','gender':'female','birthDate':'1985-06-15','name':[{'text':'x'}]}");
      var writes = new ArrayList<Interaction>();
      for (int i = 0; i < each; i++) {
        ObjectNode tree =
            ProjectedServer.tree(
                """
                {'resourceType':'Observation','status':'final','subject':{'reference':'Patient/%s','display':'马秀兰'},
                 'category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/observation-category','code':'laboratory','display':'Laboratory'}]}],
                 'code':{'coding':[{'system':'http://loinc.org','code':'2345-%d','display':'Glucose [Mass/volume] in Serum or Plasma'}],'text':'血糖'},
                 'effectiveDateTime':'2026-05-%02dT07:08:09+08:00','issued':'2026-05-06T09:08:09+08:00',
                 'valueQuantity':{'value':%d.5,'unit':'mmol/L','system':'http://unitsofmeasure.org','code':'mmol/L'},
                 'referenceRange':[{'low':{'value':3.9,'unit':'mmol/L'},'high':{'value':6.1,'unit':'mmol/L'},'text':'3.9–6.1'}]}"""
                    .formatted(patient, i % 10, i % 28 + 1, i));
        writes.add(
            new Interaction.Create(
                "Observation", Interaction.Body.of(tree), null, null, "Patient/" + patient));
      }
      server.store.transact(ROOT, writes, Set.of(), null);
    }
    long all = residents * (each + 1L);
    await(
        () -> {
          try {
            return number("select count(*) from pseudonym.res_observation")
                >= (long) residents * each;
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
    for (int round = 0; round < 3; round++) {
      double before = cpuSeconds();
      long begun = System.nanoTime();
      server.projection.rebuild();
      Thread.sleep(50);
      await(() -> server.projection.state() == Projection.State.WHOLE);
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          "rebuild of %d: %.1f s, %.2f ms CPU each%n",
          all, seconds, (cpuSeconds() - before) * 1000 / all);
    }
    for (String schema : new String[] {"public", "pseudonym"}) {
      System.out.printf(
          "%s: %d bytes a finding with indexes, content %d%n",
          schema,
          number("select pg_total_relation_size('" + schema + ".res_observation')")
              / (residents * each),
          number("select avg(length(content))::bigint from " + schema + ".res_observation"));
    }
  }
}
