package health.helan.app.results;

import health.helan.app.access.SocketTokens;
import health.helan.care.results.Bills;
import health.helan.care.results.NoticeHub;
import health.helan.care.results.Notices;
import health.helan.care.results.ReportNotices;
import health.helan.foundation.store.RecordStore;
import java.sql.SQLException;
import java.time.Clock;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/** Notices of results, and bills. docs/guide/results.md. */
@Configuration(proxyBeanMethods = false)
class ResultsDoor {
  @Bean
  Notices notices(RecordStore store) {
    return new Notices(store, Clock.systemUTC());
  }

  @Bean
  Bills bills(RecordStore store) {
    return new Bills(store);
  }

  /** Works from now on; its place in the log stays. */
  @Bean
  ReportNotices reportNotices(RecordStore store) throws SQLException {
    var consumer = new ReportNotices(store, Clock.systemUTC());
    store.changes().register(consumer);
    return consumer;
  }

  @Bean
  NoticeHub noticeHub(RecordStore store) throws SQLException {
    return new NoticeHub(store);
  }

  @Bean
  NoticeStream noticeStream(NoticeHub hub, SocketTokens tokens) {
    return new NoticeStream(hub, tokens);
  }

  @Bean
  ServletRegistrationBean<NoticeStream> noticeServlet(NoticeStream stream) {
    var registration = new ServletRegistrationBean<>(stream, NoticeStream.PATH);
    registration.setName("notices");
    registration.setAsyncSupported(true);
    return registration;
  }

  /** Before the server waits for requests to end: these would not by themselves. */
  @Bean
  ApplicationListener<ContextClosedEvent> noticeStreamEnd(NoticeStream stream) {
    return _ -> stream.end();
  }
}
