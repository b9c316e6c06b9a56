package health.helan.foundation.trust.oversight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.StoreForTests;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Unusual access is found in the rows of the audit, usual access is not. */
class AlertsTests {
  /** Ten in the morning in Beijing, on the hour. */
  private static final Instant MORNING = Instant.parse("2026-11-26T02:00:00Z");

  /** Two in the night in Beijing. */
  private static final Instant NIGHT = Instant.parse("2026-11-25T18:00:00Z");

  private StoreForTests open;
  private long seq;

  @BeforeEach
  void open() {
    open = StoreForTests.open();
  }

  @AfterEach
  void close() {
    open.close();
  }

  private Alerts alerts(Instant now) {
    return new Alerts(
        open.pool, open.store, AlertSettings.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
  }

  /** Requests of one caller, evenly within an hour, each of another resident. */
  private void requests(String account, String role, Instant hour, int count, int status)
      throws SQLException {
    try (Connection connection = open.pool.getConnection();
        var insert =
            connection.prepareStatement(
                """
                insert into audit (chain, seq, at, query, count, refused, millis, status, kind, account, role,
                  institution, practitioner, purposes, request, remote, interaction, type, id, operation,
                  parameters, subjects, digest)
                select 1, ?::bigint + n, ?::timestamptz + n * interval '1 second', 0, 1, 0, 1, ?, 'request', ?, ?,
                  'hospital', '', '', '', '10.0.0.9', 'read', 'Patient', 'x', '', '', array[?::bigint + n], ''
                from generate_series(1, ?) n""")) {
      insert.setLong(1, seq);
      insert.setObject(2, hour.atOffset(ZoneOffset.UTC));
      insert.setInt(3, status);
      insert.setString(4, account);
      insert.setString(5, role);
      insert.setLong(6, seq);
      insert.setInt(7, count);
      insert.executeUpdate();
    }
    seq += count;
  }

  /** What a caller did in hours long ago. */
  private void past(String account, Instant hour, int residents) throws SQLException {
    try (Connection connection = open.pool.getConnection();
        var insert =
            connection.prepareStatement(
                "insert into caller_hour values (?, ?, 'practitioner', 'hospital', ?, 0, ?)")) {
      insert.setString(1, account);
      insert.setObject(2, hour.atOffset(ZoneOffset.UTC));
      insert.setInt(3, residents);
      insert.setInt(4, residents);
      insert.executeUpdate();
    }
  }

  private static List<String> told(Alerts alerts) {
    return alerts.list(null, null, 100).stream()
        .map(alert -> alert.kind() + " " + alert.caller() + " " + alert.count())
        .sorted()
        .toList();
  }

  @Test
  void isManyResidentsInAnHourForAPersonAndTenTimesAsManyForASystem() throws SQLException {
    requests("greedy", "practitioner", MORNING, 250, 200);
    requests("busy", "practitioner", MORNING, 150, 200);
    requests("interface", "system", MORNING, 1_500, 200);
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    assertThat(alerts.look()).isEqualTo(1);
    assertThat(told(alerts)).containsExactly("many-residents greedy 250");
    Alerts.Alert alert = alerts.list("detected", "many-residents", 10).getFirst();
    assertThat(alert.hour()).isEqualTo(MORNING);
    assertThat(alert.institution()).isEqualTo("hospital");
    assertThat(alert.role()).isEqualTo("practitioner");
    // Told once.
    assertThat(alerts.look()).isZero();
    assertThat(alerts(MORNING.plus(2, ChronoUnit.HOURS)).look()).isZero();
    assertThat(told(alerts)).hasSize(1);
  }

  /** What regulators ask of the projection is about many, and about nobody by name. */
  @Test
  void isNoSearchOfTheProjection() throws SQLException {
    requests("supervisor", "regulator", MORNING, 1_000, 200);
    try (Connection connection = open.pool.getConnection();
        var update =
            connection.prepareStatement(
                "update audit set operation = 'pseudonymised' where account = 'supervisor'")) {
      update.executeUpdate();
    }
    requests("curious", "regulator", MORNING, 250, 200);
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    alerts.look();
    assertThat(told(alerts)).containsExactly("many-residents curious 250");
  }

  @Test
  void isManyTimesWhatTheCallerItselfUsuallyReads() throws SQLException {
    for (int day = 1; day <= 20; day++) {
      past("quiet", MORNING.minus(day, ChronoUnit.DAYS), 8);
      past("registry", MORNING.minus(day, ChronoUnit.DAYS), 50);
      past("long-ago", MORNING.minus(day + 28, ChronoUnit.DAYS), 8);
    }
    for (String account : List.of("quiet", "registry", "long-ago", "new")) {
      requests(account, "practitioner", MORNING, 60, 200);
    }
    requests("quiet-too", "practitioner", MORNING, 49, 200);
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    alerts.look();
    assertThat(told(alerts)).containsExactly("many-residents quiet 60");
    assertThat(alerts.list(null, null, 1).getFirst().usual()).isEqualTo(8);
  }

  @Test
  void isManyRefusalsOfAnAccountOrAnAddress() throws SQLException {
    requests("prying", "practitioner", MORNING, 60, 404);
    requests("", "", MORNING, 70, 401);
    requests("clumsy", "practitioner", MORNING, 40, 403);
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    alerts.look();
    assertThat(told(alerts))
        .containsExactly("many-refusals prying 60", "many-refusals remote:10.0.0.9 70");
  }

  @Test
  void isANightOfWhoWorksByDay() throws SQLException {
    requests("curious", "practitioner", NIGHT, 25, 200);
    requests("on-duty", "practitioner", NIGHT, 25, 200);
    requests("glance", "practitioner", NIGHT, 5, 200);
    requests("interface", "system", NIGHT, 25, 200);
    requests("by-day", "practitioner", MORNING, 25, 200);
    for (int night = 2; night <= 6; night++) {
      past("on-duty", NIGHT.minus(night, ChronoUnit.DAYS), 10);
      past("curious", MORNING.minus(night, ChronoUnit.DAYS), 10);
    }
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    alerts.look();
    assertThat(told(alerts)).containsExactly("night curious 25");
  }

  @Test
  void isAnEmergencyThatNobodyJustified() throws Exception {
    Instant now = Instant.now();
    String forgotten = emergency(now.minus(30, ChronoUnit.HOURS), "requested", "opened");
    emergency(now.minus(3, ChronoUnit.HOURS), "requested", "opened");
    emergency(now.minus(30, ChronoUnit.HOURS), "in-progress", "justified");
    Alerts alerts = alerts(now);
    StoreForTests.await("found", () -> look(alerts) > 0 || !told(alerts).isEmpty());
    assertThat(told(alerts)).containsExactly("emergency-unjustified Task/" + forgotten + " 1");
    assertThat(alerts.look()).isZero();
  }

  private static int look(Alerts alerts) {
    try {
      return alerts.look();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String emergency(Instant at, String status, String state) {
    ObjectNode task = StoreForTests.resource("Task", "zh");
    task.put("status", status).put("intent", "order").put("authoredOn", at.toString());
    task.putObject("code")
        .putArray("coding")
        .addObject()
        .put("system", "https://helan.health/fhir/CodeSystem/task")
        .put("code", "emergency-access");
    ObjectNode business = Json.MAPPER.createObjectNode();
    business
        .putArray("coding")
        .addObject()
        .put("system", "https://helan.health/fhir/CodeSystem/emergency-access-state")
        .put("code", state);
    task.set("businessStatus", business);
    return open.write(StoreForTests.create(task)).id();
  }

  @Test
  void countsEachRowOnceHoweverManyInstancesLook() throws Exception {
    requests("greedy", "practitioner", MORNING, 300, 200);
    Instant now = MORNING.plus(1, ChronoUnit.HOURS);
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 8; i++) {
        threads.submit(() -> alerts(now).look());
      }
    }
    alerts(now).look();
    assertThat(open.number("select residents from caller_hour where caller = 'greedy'"))
        .isEqualTo(300);
    assertThat(open.number("select requests from caller_hour where caller = 'greedy'"))
        .isEqualTo(300);
    assertThat(told(alerts(now))).containsExactly("many-residents greedy 300");
  }

  @Test
  void goesThroughItsStatesAndNoOtherWay() throws SQLException {
    requests("greedy", "practitioner", MORNING, 300, 200);
    Alerts alerts = alerts(MORNING.plus(1, ChronoUnit.HOURS));
    alerts.look();
    String id = alerts.list(null, null, 1).getFirst().id();
    assertThat(alerts.open()).containsEntry("many-residents", 1L).containsEntry("night", 0L);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> alerts.step(id, "contain", "locked", "op"))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Refusal.Kind.BUSINESS_RULE));
    alerts.step(id, "triage", "an incident", "op");
    alerts.step(id, "contain", "the account is locked", "op");
    alerts.step(id, "close", "passwords changed", "boss");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> alerts.step(id, "triage", "again", "op"));
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> alerts.step("nobody", "triage", "again", "op"))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Refusal.Kind.NOT_FOUND));
    Alerts.Alert closed = alerts.list("closed", null, 10).getFirst();
    assertThat(closed.note()).isEqualTo("passwords changed");
    assertThat(closed.by()).isEqualTo("boss");
    assertThat(alerts.open()).containsEntry("many-residents", 0L);
  }
}
