package health.helan.app.web;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.ViewControllerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.PathResourceResolver;

/**
 * The built front end, from {@code static/} in the jar. Files under {@code assets/} carry a digest
 * in their names and are cached for a year; everything else is asked for again each time. A path
 * without an extension is a place inside a page, and gets the page: below {@code /resident} the
 * residents', below {@code /workbench} the clinicians', {@code /screen} that of halls, else the
 * console.
 */
@Configuration(proxyBeanMethods = false)
class StaticPages implements WebMvcConfigurer {
  private static final String ROOT = "classpath:/static/";
  private static final Resource CONSOLE = new ClassPathResource("static/index.html");
  private static final List<String> OTHERS = List.of("resident", "workbench", "screen");

  @Override
  public void addResourceHandlers(ResourceHandlerRegistry registry) {
    registry
        .addResourceHandler("/assets/**")
        .addResourceLocations(ROOT + "assets/")
        .setCacheControl(CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable());
    registry
        .addResourceHandler("/**")
        .addResourceLocations(ROOT)
        .setCacheControl(CacheControl.noCache())
        .resourceChain(true)
        .addResolver(new PageResolver());
  }

  @Override
  public void addViewControllers(ViewControllerRegistry registry) {
    registry.addViewController("/").setViewName("forward:/index.html");
    for (String entry : OTHERS) {
      registry
          .addViewController("/" + entry + "/")
          .setViewName("forward:/" + entry + "/index.html");
    }
  }

  private static Resource page(String entry) {
    return new ClassPathResource("static/" + entry + "/index.html");
  }

  /** Answers a place inside the pages with the page itself. */
  private static final class PageResolver extends PathResourceResolver {
    @Override
    protected @Nullable Resource getResource(String path, Resource location) throws IOException {
      Resource file = super.getResource(path, location);
      if (file != null) {
        return file;
      }
      boolean place = path.indexOf('.', path.lastIndexOf('/') + 1) < 0;
      Resource page =
          OTHERS.stream()
              .filter(entry -> path.equals(entry) || path.startsWith(entry + "/"))
              .map(StaticPages::page)
              .findFirst()
              .orElse(CONSOLE);
      return place && page.exists() ? page : null;
    }
  }
}
