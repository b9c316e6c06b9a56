package health.helan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import health.helan.bench.corpus.Corpus;
import health.helan.bench.corpus.Slice;
import health.helan.bench.measure.CpuMeter;
import health.helan.bench.measure.Figure;
import health.helan.bench.server.Server;
import health.helan.demo.SyntheaLike;
import health.helan.foundation.rest.CapabilityStatements;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Operations;
import health.helan.foundation.rest.RestConfig;
import health.helan.foundation.rest.StandardFormats;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.StoreConfig;
import health.helan.foundation.store.testing.PostgresForTests;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The phases in tiny counts on a real store: every request that is measured must be answered. */
class SessionTests {
  private static final Duration BRIEF = Duration.ofMillis(200);

  @TempDir Path folder = Path.of("");

  private Corpus corpus() throws IOException {
    int number = 10;
    for (byte[] json : SyntheaLike.hospitals().toList()) {
      Files.write(folder.resolve("hospitalInformation" + number++ + ".json"), json);
    }
    for (byte[] json : SyntheaLike.practitioners().toList()) {
      Files.write(folder.resolve("practitionerInformation" + number++ + ".json"), json);
    }
    for (byte[] json : SyntheaLike.patients(6).toList()) {
      Files.write(folder.resolve("Patient" + number++ + ".json"), json);
    }
    return Corpus.folder(folder);
  }

  private static void serve(Work work) throws Exception {
    var config = new HikariConfig();
    config.setDataSource(PostgresForTests.emptyDatabase());
    try (var pool = new HikariDataSource(config);
        var store = RecordStore.open(pool, StoreConfig.of(new byte[32], "bench-test"))) {
      var tomcat = new Tomcat();
      tomcat.setBaseDir(Files.createTempDirectory("helan-bench").toString());
      tomcat.setPort(0);
      tomcat.getConnector().setProperty("address", "127.0.0.1");
      var context = tomcat.addContext("", null);
      var capabilities = new CapabilityStatements("test", "2026-11-22", store.parameters());
      var rest = new RestConfig(null, 8 << 20, new StandardFormats(), capabilities);
      Tomcat.addServlet(context, "fhir", new FhirServlet(store, new Operations(List.of()), rest));
      context.addServletMappingDecoded("/fhir/*", "fhir");
      var filter = new FilterDef();
      filter.setFilterName("caller");
      filter.setFilter(
          (request, response, chain) -> {
            request.setAttribute(FhirServlet.CALLER, Caller.operator("bench"));
            chain.doFilter(request, response);
          });
      context.addFilterDef(filter);
      var everywhere = new FilterMap();
      everywhere.setFilterName("caller");
      everywhere.addURLPattern("/*");
      context.addFilterMap(everywhere);
      tomcat.start();
      try {
        work.on("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/fhir");
      } finally {
        tomcat.stop();
        tomcat.destroy();
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void on(String base) throws Exception;
  }

  private static void assertAnswered(Figure figure) {
    assertThat(figure.firstFailure()).isEmpty();
    assertThat(figure.failed()).isZero();
    assertThat(figure.operations()).isPositive();
    assertThat(figure.latency().count()).isPositive();
  }

  @Test
  void everyPhaseIsAnswered() throws Exception {
    Corpus corpus = corpus();
    serve(
        base -> {
          Server server =
              Server.attached(Server.Kind.HELAN, "", URI.create(base), "", CpuMeter.NOBODY);
          var session = new Session(server, CpuMeter.NOBODY);
          session.loadBefore(corpus.before());
          Slice slice = Slice.of(corpus, 0, corpus.size(), 50);
          Figure load = session.load(slice);
          assertAnswered(load);
          assertThat(load.operations()).isEqualTo(6 * 31);
          session.learn(slice);
          assertThat(session.knownPatients()).isEqualTo(6);
          assertAnswered(session.create(BRIEF));
          assertAnswered(session.read(BRIEF));
          for (Search search :
              List.of(Search.IDENTIFIER, Search.NAME, Search.PANEL, Search.CONDITION)) {
            Figure alone = session.searchAlone(search, 6, Duration.ofMinutes(1));
            assertAnswered(alone);
            assertThat(alone.entriesPerAnswer()).as(search.label()).isPositive();
            assertAnswered(session.search(search, BRIEF));
          }
          assertAnswered(session.update(BRIEF));
          assertAnswered(session.history(BRIEF));
          assertAnswered(session.mixed(BRIEF));
          assertAnswered(session.delete(BRIEF));
        });
  }
}
