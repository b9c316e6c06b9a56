package health.helan.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.app.start.DataFolder;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.trust.account.SignIn;
import health.helan.foundation.trust.account.SignInKey;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.app.Clients;
import health.helan.foundation.trust.app.Grants;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The guard of the API by itself: what it lets through, and over which connection. */
class AccessFilterTests {
  private DataFolder data;
  private String token;
  private AccessFilter filter;

  @BeforeEach
  void make(@TempDir Path folder) {
    data = DataFolder.open(folder.resolve("data"), 0);
    token = data.secret(OperatorToken.FILE);
    // Nothing here gets as far as the database.
    PGSimpleDataSource database = new PGSimpleDataSource();
    SignInKey key = new SignInKey(new byte[SignInKey.LENGTH]);
    Sql sql = new Sql(database);
    Clock clock = Clock.systemUTC();
    StoreRegistry registry =
        new StoreRegistry(
            () -> {
              throw new IllegalStateException("no store here");
            });
    SignIn signIn = new SignIn(database, key, clock, registry, false, true);
    Callers callers =
        new Callers(signIn, new Grants(sql, key, clock), new Clients(sql, key, clock), clock);
    filter =
        new AccessFilter(
            OperatorToken.of(data),
            callers,
            new Transport(Set.of("10.0.0.5")),
            AccessPolicy.EVERYTHING,
            new StaticListableBeanFactory().getBeanProvider(OutsideTokens.class));
  }

  @AfterEach
  void close() {
    data.close();
  }

  private MockHttpServletRequest request(String from) {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fhir/Patient");
    request.setServletPath("/fhir");
    request.setPathInfo("/Patient");
    request.setRemoteAddr(from);
    request.addHeader("Authorization", "Bearer " + token);
    return request;
  }

  private MockHttpServletResponse answer(MockHttpServletRequest request) throws Exception {
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request, response, new MockFilterChain());
    return response;
  }

  @Test
  void refusesATokenThatTravelledInTheOpen() throws Exception {
    MockHttpServletRequest request = request("203.0.113.9");
    MockHttpServletResponse response = answer(request);
    assertThat(response.getStatus()).isEqualTo(403);
    assertThat(response.getContentAsString(StandardCharsets.UTF_8))
        .contains("\"code\":\"security\"")
        .contains("TLS")
        .contains("更换这个令牌")
        .doesNotContain(token);
    assertThat(request.getAttribute(FhirServlet.CALLER)).isNull();
  }

  @Test
  void takesItOverTlsAndFromThisMachine() throws Exception {
    MockHttpServletRequest tls = request("203.0.113.9");
    tls.setSecure(true);
    MockHttpServletRequest proxied = request("10.0.0.5");
    proxied.addHeader("X-Forwarded-Proto", "https");
    for (MockHttpServletRequest request :
        new MockHttpServletRequest[] {request("127.0.0.1"), tls, proxied}) {
      assertThat(answer(request).getStatus()).isEqualTo(200);
      assertThat(request.getAttribute(FhirServlet.CALLER))
          .isInstanceOfSatisfying(
              Caller.class, caller -> assertThat(caller.role()).isEqualTo(Caller.Role.OPERATOR));
    }
  }

  @Test
  void doesNotBelieveAnyoneWhoClaimsTls() throws Exception {
    MockHttpServletRequest forged = request("203.0.113.9");
    forged.addHeader("X-Forwarded-Proto", "https");
    assertThat(answer(forged).getStatus()).isEqualTo(403);
    // A proxy on this machine that says it was plain HTTP, or was not named by the operator.
    MockHttpServletRequest plain = request("127.0.0.1");
    plain.addHeader("X-Forwarded-For", "203.0.113.9");
    assertThat(answer(plain).getStatus()).isEqualTo(403);
  }
}
