package health.helan.app.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class PageTests {
  @Test
  void escapeWhatIsNotOurs() throws IOException {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/sign-in");
    request.setQueryString("continue=\"><script>");
    MockHttpServletResponse response = new MockHttpServletResponse();
    new Page(request, new Texts(Locale.CHINESE), "signin.title")
        .text("<b>&'\"")
        .field("login", "signin.login", "text", "\" onfocus=\"x", "required")
        .send(response, 200);
    String page = response.getContentAsString(StandardCharsets.UTF_8);
    assertThat(page)
        .contains("&lt;b&gt;&amp;&#39;&quot;")
        .contains("value=\"&quot; onfocus=&quot;x\"")
        .doesNotContain("<script", "onfocus=\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/fhir/Patient",
        "",
        "/account\r\nX: y",
        "/oauth2/token",
        "oauth2/authorize?x"
      })
  void leadBackToNothingButOurOwn(String way) {
    assertThat(SignInPages.wayBack(way)).isEqualTo("/account");
  }

  @Test
  void leadBackToTheWaitingRequest() {
    assertThat(SignInPages.wayBack("/oauth2/authorize?a=b")).isEqualTo("/oauth2/authorize?a=b");
    assertThat(SignInPages.wayBack("/")).isEqualTo("/");
  }

  @Test
  void sayTheSameInBothLanguages() throws IOException {
    Properties chinese = read("texts_zh.properties");
    Properties english = read("texts.properties");
    assertThat(chinese.stringPropertyNames())
        .containsExactlyInAnyOrderElementsOf(english.stringPropertyNames());
    for (String key : chinese.stringPropertyNames()) {
      for (String part : new String[] {"{0}", "{1}", "{2}"}) {
        assertThat(chinese.getProperty(key).contains(part))
            .as(key + " " + part)
            .isEqualTo(english.getProperty(key).contains(part));
      }
    }
    assertThat(ResourceBundle.getBundle("health.helan.app.access.texts", Locale.CHINESE))
        .isNotNull();
  }

  private static Properties read(String name) throws IOException {
    Properties properties = new Properties();
    try (var in = PageTests.class.getResourceAsStream(name)) {
      properties.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
    }
    return properties;
  }

  @Test
  void nameDevicesInShort() {
    assertThat(
            Devices.name(
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"))
        .isEqualTo("Chrome Linux");
    assertThat(Devices.name(null)).isEqualTo("?");
    assertThat(Devices.name("curl/8")).isEqualTo("?");
  }
}
