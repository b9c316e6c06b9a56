package health.helan.app.access;

import health.helan.foundation.trust.account.Passwords;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;

/**
 * An HTML page of the sign-in: one card on the tokens of the design system, no script. Everything
 * that is not a literal of ours goes through {@link #text}, which escapes.
 */
final class Page {
  private final HttpServletRequest request;
  private final Texts texts;
  private final StringBuilder body = new StringBuilder();
  private final String title;
  private String formTargets = "";
  private boolean wide;

  Page(HttpServletRequest request, Texts texts, String titleKey) {
    this.request = request;
    this.texts = texts;
    this.title = texts.get(titleKey);
  }

  /** For pages with tables. */
  Page wide() {
    wide = true;
    return this;
  }

  /**
   * Where a form of this page may end up besides this server: browsers hold the redirect to an app
   * after a form against {@code form-action} too.
   */
  Page mayEndAt(@Nullable String origin) {
    formTargets = origin == null ? "" : " " + origin;
    return this;
  }

  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  /** Literal markup of ours. */
  Page html(String markup) {
    body.append(markup);
    return this;
  }

  /** Anything else. */
  Page text(String text) {
    body.append(escape(text));
    return this;
  }

  Page heading(String key, Object... arguments) {
    return html("<h1>").text(texts.get(key, arguments)).html("</h1>");
  }

  Page paragraph(String key, Object... arguments) {
    return html("<p>").text(texts.get(key, arguments)).html("</p>");
  }

  Page muted(String key, Object... arguments) {
    return html("<p class=\"muted\">").text(texts.get(key, arguments)).html("</p>");
  }

  /** Something went wrong; read out at once. */
  Page problem(@Nullable String sentence) {
    if (sentence != null) {
      html("<p class=\"problem\" role=\"alert\" id=\"problem\">").text(sentence).html("</p>");
    }
    return this;
  }

  /** Something went well. */
  Page done(@Nullable String sentence) {
    if (sentence != null) {
      html("<p class=\"done\" role=\"status\">").text(sentence).html("</p>");
    }
    return this;
  }

  /** Begins a form that is sent to {@code action}, with the token that other sites do not have. */
  Page form(String action) {
    html("<form method=\"post\" action=\"").text(action).html("\">");
    CsrfToken token = (CsrfToken) request.getAttribute(CsrfToken.class.getName());
    if (token != null) {
      hidden(token.getParameterName(), token.getToken());
    }
    return this;
  }

  Page hidden(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      html("<input type=\"hidden\" name=\"").text(name).html("\" value=\"").text(value).html("\">");
    }
    return this;
  }

  /**
   * A labelled field.
   *
   * @param attributes literal markup of ours, such as {@code autocomplete="username"}
   */
  Page field(String name, String labelKey, String type, String value, String attributes) {
    html("<div class=\"field\"><label for=\"").text(name).html("\">");
    text(texts.get(labelKey)).html("</label><input id=\"").text(name);
    html("\" name=\"").text(name).html("\" type=\"").text(type).html("\"");
    if (!value.isEmpty()) {
      html(" value=\"").text(value).html("\"");
    }
    return html(" ").html(attributes).html("></div>");
  }

  /**
   * A new password, twice, with what is asked of it.
   *
   * @param isRequired false where leaving it out means something
   * @param more key of a sentence after the rule; null for none
   */
  Page newPassword(String labelKey, boolean isRequired, @Nullable String more) {
    String attributes =
        "autocomplete=\"new-password\"" + (isRequired ? " required" : "") + " maxlength=\"256\"";
    field("password", labelKey, "password", "", attributes + " aria-describedby=\"rule\"");
    html("<p class=\"muted\" id=\"rule\">");
    text(texts.get("password.rule", Passwords.LEAST, Passwords.LEAST_FOR_STAFF));
    if (more != null) {
      text(" ").text(texts.get(more));
    }
    html("</p>");
    return field("again", "register.again", "password", "", attributes);
  }

  Page button(String key) {
    return html("<button type=\"submit\">").text(texts.get(key)).html("</button>");
  }

  Page quietButton(String key) {
    return html("<button type=\"submit\" class=\"quiet\">").text(texts.get(key)).html("</button>");
  }

  Page end() {
    return html("</form>");
  }

  Page link(String address, String key) {
    return html("<a href=\"").text(address).html("\">").text(texts.get(key)).html("</a>");
  }

  /** A way that leads elsewhere, below the form. */
  Page other(String address, String key) {
    return html("<p class=\"other\">").link(address, key).html("</p>");
  }

  void send(HttpServletResponse response, int status) throws IOException {
    String other = texts.isChinese() ? "en" : "zh";
    String here = request.getRequestURI();
    String query = request.getMethod().equals("GET") ? request.getQueryString() : null;
    StringBuilder page = new StringBuilder(4096);
    page.append("<!doctype html><html lang=\"")
        .append(texts.isChinese() ? "zh-CN" : "en")
        .append("\"><head><meta charset=\"utf-8\"><title>")
        .append(escape(title))
        .append(" · 贺兰 Helan</title>")
        .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
        .append("<meta name=\"robots\" content=\"noindex\">")
        .append("<link rel=\"icon\" href=\"/helan.svg\" type=\"image/svg+xml\">")
        .append("<link rel=\"stylesheet\" href=\"/access.css\"></head><body>")
        .append("<header><a class=\"brand\" href=\"/\">贺兰 Helan</a>")
        .append("<form method=\"get\" action=\"/sign-in/language\">")
        .append("<input type=\"hidden\" name=\"to\" value=\"")
        .append(other)
        .append("\"><input type=\"hidden\" name=\"back\" value=\"")
        .append(escape(query == null ? here : here + "?" + query))
        .append("\"><button type=\"submit\" class=\"text\" lang=\"")
        .append(texts.isChinese() ? "en" : "zh-CN")
        .append("\">")
        .append(texts.isChinese() ? "English" : "中文")
        .append("</button></form></header><main class=\"card")
        .append(wide ? " wide" : "")
        .append("\">")
        .append(body)
        .append("</main></body></html>");
    byte[] bytes = page.toString().getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("text/html;charset=UTF-8");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'"
            + formTargets
            + "; base-uri 'none'; frame-ancestors 'none'");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
