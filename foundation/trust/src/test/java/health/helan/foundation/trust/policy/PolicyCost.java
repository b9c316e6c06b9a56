package health.helan.foundation.trust.policy;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.HistoryRequest;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
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
 * What the policy costs: CPU of program and database per request, beside the root's. Not run with
 * the others: {@code -Dtest=PolicyCost}.
 */
class PolicyCost {
  private static final int RESIDENTS = 200;
  private static final int FINDINGS = 50;
  private static final int REQUESTS = 3_000;

  private interface Work {
    void run(Caller caller, int i);
  }

  @Test
  void besideTheRoot() throws SQLException {
    GuardedServer server = GuardedServer.get();
    RecordStore store = server.store;
    Caller theirs = Callers.system("h2");
    List<String> patients = new ArrayList<>();
    List<List<String>> findings = new ArrayList<>();
    for (int p = 0; p < RESIDENTS; p++) {
      String patient = server.created(theirs, "{'resourceType':'Patient','name':[{'text':'张小三'}]}");
      patients.add(patient);
      findings.add(new ArrayList<>());
      for (int i = 0; i < FINDINGS; i++) {
        findings
            .get(p)
            .add(
                server.created(
                    theirs,
                    "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'c%d'}]},'effectiveDateTime':'2020-01-%02d','subject':{'reference':'Patient/%s'},'valueQuantity':{'value':%d}}"
                        .formatted(i % 10, 1 + i % 28, patient, i)));
      }
      server.created(
          Callers.resident(patient),
          Consents.active(patient, "Practitioner/d1", "Organization/h1"));
    }
    List<Caller> residents = patients.stream().map(Callers::resident).toList();
    Caller treats = Callers.practitioner("d1", "h1", "dept");
    Caller works = Callers.practitioner("d9", "h2");
    Map<String, IntFunction<Caller>> callers = new LinkedHashMap<>();
    callers.put("root", _ -> Callers.ROOT);
    callers.put("practitioner, treated", _ -> treats);
    callers.put("practitioner, own and masked", _ -> works);
    callers.put("system", _ -> theirs);
    callers.put("resident", i -> residents.get(i % RESIDENTS));
    ProcessHandle postmaster = postmaster(server);
    Map<String, Work> requests = new LinkedHashMap<>();
    requests.put(
        "read",
        (caller, i) ->
            store.read(
                caller, "Observation", findings.get(i % RESIDENTS).get(i / RESIDENTS % FINDINGS)));
    requests.put(
        "search patient and code",
        (caller, i) ->
            search(store, caller, "patient", patients.get(i % RESIDENTS), "code", "c" + i % 10));
    requests.put(
        "search 20 of a patient by date",
        (caller, i) ->
            search(store, caller, "patient", patients.get(i % RESIDENTS), "_sort", "-date"));
    requests.put(
        "$everything, 20",
        (caller, i) ->
            store.everything(
                caller,
                patients.get(i % RESIDENTS),
                List.of(new SearchRequest.Parameter("_count", "20"))));
    requests.put(
        "history of a patient's row",
        (caller, i) ->
            store.history(
                caller,
                new HistoryRequest(
                    "Observation",
                    findings.get(i % RESIDENTS).getFirst(),
                    null,
                    null,
                    null,
                    10,
                    null)));
    requests.forEach(
        (name, work) -> {
          for (int round = 0; round < 3; round++) {
            callers.forEach(
                (who, caller) -> {
                  long cpu = cpu(postmaster);
                  long wall = System.nanoTime();
                  for (int i = 0; i < REQUESTS; i++) {
                    work.run(caller.apply(i), i);
                  }
                  System.out.printf(
                      "%-32s %-30s %7.0f us CPU %7.0f us%n",
                      name,
                      who,
                      (cpu(postmaster) - cpu) / 1e3 / REQUESTS,
                      (System.nanoTime() - wall) / 1e3 / REQUESTS);
                });
          }
        });
  }

  private static void search(RecordStore store, Caller caller, String... namesAndValues) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.add(new SearchRequest.Parameter(namesAndValues[i], namesAndValues[i + 1]));
    }
    int found =
        store
            .search(caller, new SearchRequest("Observation", null, null, parameters, false))
            .entries()
            .size();
    if (found == 0) {
      throw new IllegalStateException("nothing found");
    }
  }

  private static ProcessHandle postmaster(GuardedServer server) throws SQLException {
    try (var connection = server.database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select pg_backend_pid()")) {
      rows.next();
      return ProcessHandle.of(rows.getLong(1)).flatMap(ProcessHandle::parent).orElseThrow();
    }
  }

  /** Nanoseconds of this process and of the database's. */
  private static long cpu(ProcessHandle postmaster) {
    return Stream.concat(Stream.of(ProcessHandle.current()), postmaster.descendants())
        .mapToLong(one -> one.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
        .sum();
  }
}
