/*
 * A server as a child of a test: its arguments, and when it ends.
 */
package interop

import java.io.File
import java.net.InetAddress
import java.net.ServerSocket
import kotlin.system.exitProcess

/** How a server serves. */
class Options(
    val port: Int,
    /** The folder of the sessions by id; `null` for memory. */
    val directory: File?,
    /** Whether every provider of a Ktor whose default is JSON goes by reflection. */
    val byReflection: Boolean,
)

/** The only address that is served. */
const val HOST = "127.0.0.1"

/** Reads the arguments; one that the usage does not name, or a bad value, ends the program. */
fun optionsOf(arguments: Array<String>, usage: String): Options {
    fun refuse(): Nothing {
        System.err.println("usage: $usage")
        exitProcess(2)
    }
    if (arguments.size % 2 != 0) refuse()
    val named = arguments.asList().chunked(2).associate { (name, value) -> name to value }
    val known = Regex("--[a-z]+").findAll(usage).map { it.value }.toSet()
    if (!known.containsAll(named.keys)) refuse()
    return Options(
        port = named["--port"]?.toIntOrNull()?.takeIf { it in 0..65535 } ?: refuse(),
        directory = named["--directory"]?.let(::File),
        byReflection = when (named["--serializer"]) {
            null, "json" -> false
            "reflection" -> true
            else -> refuse()
        },
    )
}

/**
 * Starts a server, says so in a line, and serves until standard input ends.
 *
 * Ktor's log goes to standard error, warnings and errors only.
 */
fun serve(options: Options, start: (Int) -> Unit) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn")
    val port = if (options.port == 0) freePort() else options.port
    start(port)
    println("listening $port")
    while (System.`in`.read() >= 0) {
        // Whatever is said: only the end counts.
    }
    // Nothing is left to be written, and Ktor's own way down waits for connections that stay open.
    Runtime.getRuntime().halt(0)
}

private fun freePort(): Int = ServerSocket(0, 1, InetAddress.getByName(HOST)).use { it.localPort }
