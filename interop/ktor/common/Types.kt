/*
 * The sessions of the recorded application: the types, and each as JSON.
 *
 * The annotations are for kotlinx.serialization, Ktor 3's default; Ktor 1 goes by reflection.
 */
package interop

import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable

@Serializable
data class Simple(val name: String, val age: Int)

@Serializable
data class TestUserSession(val userId: String, val cart: List<String>)

@Serializable
data class Inner(val id: Int, val label: String)

@Serializable
data class Outer(val inner: Inner, val title: String)

@Serializable
data class Defaults(val a: Int = 1, val b: String = "x", val c: String? = null)

@Serializable
enum class Role { Admin, User }

@Serializable
data class WithEnum(val role: Role, val roles: List<Role>)

@Serializable
sealed class Shape

@Serializable
@SerialName("Circle")
data class Circle(val radius: Double) : Shape()

@Serializable
@SerialName("sq")
data class Square(val side: Int) : Shape()

@Serializable
data class Drawing(val shape: Shape)

/**
 * A session as JSON in ASCII, the same from every Ktor: all declared fields in their order, and the
 * class's name as a shape's `type`, whatever a serializer of Ktor's would write.
 */
fun jsonOf(value: Any?): String = when (value) {
    null -> "null"
    is String -> textOf(value)
    is Int -> value.toString()
    is Double -> if (value.isFinite()) value.toString() else textOf(value.toString())
    is Enum<*> -> textOf(value.name)
    is List<*> -> value.joinToString(",", "[", "]") { jsonOf(it) }
    is Simple -> objectOf("name" to value.name, "age" to value.age)
    is TestUserSession -> objectOf("userId" to value.userId, "cart" to value.cart)
    is Inner -> objectOf("id" to value.id, "label" to value.label)
    is Outer -> objectOf("inner" to value.inner, "title" to value.title)
    is Defaults -> objectOf("a" to value.a, "b" to value.b, "c" to value.c)
    is WithEnum -> objectOf("role" to value.role, "roles" to value.roles)
    is Circle -> objectOf("type" to "Circle", "radius" to value.radius)
    is Square -> objectOf("type" to "Square", "side" to value.side)
    is Drawing -> objectOf("shape" to value.shape)
    else -> error("not a session's: ${value::class}")
}

private fun objectOf(vararg fields: Pair<String, Any?>): String =
    fields.joinToString(",", "{", "}") { (name, value) -> "${textOf(name)}:${jsonOf(value)}" }

private fun textOf(text: String): String = buildString {
    append('"')
    for (unit in text) {
        when {
            unit == '"' || unit == '\\' -> append('\\').append(unit)
            unit in ' '..'~' -> append(unit)
            else -> append("\\u").append(unit.code.toString(16).padStart(4, '0'))
        }
    }
    append('"')
}
