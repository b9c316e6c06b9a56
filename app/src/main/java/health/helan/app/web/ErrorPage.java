package health.helan.app.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.View;

/**
 * What a browser sees where there is no page: a sentence, and nothing about what the platform is
 * made of.
 */
@Component("error")
final class ErrorPage implements View {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="zh">
      <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%1$s</title></head>
      <body><main><h1>%1$s</h1><p>%2$s</p><p lang="en">%3$s</p><p><a href="/">贺兰 Helan</a></p></main></body>
      </html>
      """;

  @Override
  public String getContentType() {
    return "text/html;charset=UTF-8";
  }

  @Override
  public void render(
      @Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    int status = response.getStatus();
    String[] words =
        switch (status) {
          case 404 -> new String[] {"这里没有这个页面。", "There is no such page here."};
          case 401, 403 -> new String[] {"需要登录，或没有权限。", "Sign in first, or this is not for you."};
          default ->
              status >= 500
                  ? new String[] {
                    "平台暂时无法完成这个请求，请稍后再试。", "The platform could not do this now: try again later."
                  }
                  : new String[] {"这个请求无法处理。", "This request cannot be answered."};
        };
    byte[] page = PAGE.formatted(status, words[0], words[1]).getBytes(StandardCharsets.UTF_8);
    response.setContentType(getContentType());
    response.setContentLength(page.length);
    response.getOutputStream().write(page);
  }
}
