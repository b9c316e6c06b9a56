/**
 * Starting and stopping: command line, data folder, what is told to the person at the console.
 * Order of a start: arguments, data folder, port, database, store, HTTP, demo region; a stop goes
 * the other way round.
 */
@ApplicationModule(displayName = "启动")
@NullMarked
package health.helan.app.start;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
