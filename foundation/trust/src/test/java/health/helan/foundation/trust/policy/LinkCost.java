package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.testing.LinksForTests;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What following links costs a search that names a patient: CPU of program and database per
 * request, of a patient who is linked to nobody without ({@code _linked=false}) and with the look,
 * and of one of three records of one person. Not run with the others: {@code -Dtest=LinkCost}.
 */
class LinkCost {
  private static final int RESIDENTS = 200;
  private static final int FINDINGS = 50;
  private static final int REQUESTS = 4_000;
  private static final int ROUNDS = 5;

  @Test
  void besideNotFollowingThem() throws SQLException {
    GuardedServer server = GuardedServer.get();
    RecordStore store = server.store;
    Caller theirs = Callers.system("h2");
    List<String> alone = people(server, theirs, RESIDENTS);
    List<String> linked = people(server, theirs, 3 * (RESIDENTS / 4));
    for (int i = 0; i + 2 < linked.size(); i += 3) {
      LinksForTests.link(server.database, store, linked.get(i), linked.get(i + 1), true);
      LinksForTests.link(server.database, store, linked.get(i), linked.get(i + 2), true);
    }
    Map<String, IntFunction<Caller>> callers = new LinkedHashMap<>();
    callers.put("root", _ -> Callers.ROOT);
    callers.put("system", _ -> theirs);
    Caller treats = Callers.practitioner("d1", "h1", "dept");
    callers.put("practitioner, treated", _ -> treats);
    String[][] queries = {
      {"patient and code", "code", "c%d"}, {"20 of a patient by date", "_sort", "-date"}
    };
    Map<String, Double> best = new LinkedHashMap<>();
    ProcessHandle postmaster = postmaster(server);
    for (int round = 0; round < ROUNDS; round++) {
      for (String[] query : queries) {
        callers.forEach(
            (who, caller) -> {
              for (String mode : new String[] {"exact", "alone", "linked"}) {
                List<String> patients = mode.equals("linked") ? linked : alone;
                long cpu = cpu(postmaster);
                for (int i = 0; i < REQUESTS; i++) {
                  List<SearchRequest.Parameter> parameters = new ArrayList<>();
                  parameters.add(
                      new SearchRequest.Parameter("patient", patients.get(i % patients.size())));
                  parameters.add(new SearchRequest.Parameter(query[1], query[2].formatted(i % 10)));
                  if (mode.equals("exact")) {
                    parameters.add(new SearchRequest.Parameter("_linked", "false"));
                  }
                  if (store
                      .search(
                          caller.apply(i),
                          new SearchRequest("Observation", null, null, parameters, false))
                      .entries()
                      .isEmpty()) {
                    throw new IllegalStateException("nothing found");
                  }
                }
                best.merge(
                    "%-26s %-24s %s".formatted(query[0], who, mode),
                    (cpu(postmaster) - cpu) / 1e3 / REQUESTS,
                    Math::min);
              }
            });
      }
    }
    best.forEach(
        (name, micros) -> System.out.printf("LINKCOST %-60s %6.0f us CPU%n", name, micros));
  }

  private static List<String> people(GuardedServer server, Caller theirs, int count) {
    List<String> patients = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      String patient = server.created(theirs, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
      patients.add(patient);
      for (int i = 0; i < FINDINGS; i++) {
        server.created(
            theirs,
            "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'c%d'}]},'effectiveDateTime':'2020-01-%02d','subject':{'reference':'Patient/%s'},'valueQuantity':{'value':%d}}"
                .formatted(i % 10, 1 + i % 28, patient, i));
      }
      server.created(Callers.resident(patient), Consents.active(patient, "Practitioner/d1"));
    }
    return patients;
  }

  private static ProcessHandle postmaster(GuardedServer server) throws SQLException {
    try (var connection = server.database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select pg_backend_pid()")) {
      rows.next();
      return ProcessHandle.of(rows.getLong(1)).flatMap(ProcessHandle::parent).orElseThrow();
    }
  }

  private static long cpu(ProcessHandle postmaster) {
    return Stream.concat(Stream.of(ProcessHandle.current()), postmaster.descendants())
        .mapToLong(one -> one.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
        .sum();
  }
}
