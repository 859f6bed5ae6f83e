using System.Runtime.InteropServices;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>The calls of MariaDB Connector/C, <c>libmariadb.so.3</c> of Debian's <c>libmariadb3</c>, that prepared queries need.</summary>
internal static unsafe partial class LibMariaDb
{
    public const string Library = "libmariadb.so.3";
    public const string DebianPackage = "libmariadb3";

    // enum mysql_option of mysql.h.
    public const int OptConnectTimeout = 0;
    public const int OptCharset = 7;
    public const int OptLocalInfile = 8;
    public const int OptReadTimeout = 11;
    public const int OptWriteTimeout = 12;
    public const int OptVerifyServerCertificate = 21;
    public const int OptSslCa = 27;
    public const int OptSslEnforce = 38;

    /// <summary>MYSQL_TYPE_STRING.</summary>
    public const int TypeString = 254;

    public const int NoData = 100;
    public const int DataTruncated = 101;

    /// <summary>MYSQL_BIND of mariadb_stmt.h, on 64-bit systems.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    public struct Bind
    {
        [FieldOffset(0)] public nuint* Length;
        [FieldOffset(8)] public byte* IsNull;
        [FieldOffset(16)] public void* Buffer;
        [FieldOffset(24)] public byte* Error;
        [FieldOffset(64)] public nuint BufferLength;
        [FieldOffset(96)] public int BufferType;
    }

    [LibraryImport(Library)]
    public static partial nint mysql_init(nint mysql);

    [LibraryImport(Library)]
    public static partial int mysql_options(nint mysql, int option, void* value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mysql_real_connect(
        nint mysql, string? host, string? user, string? password, string? database, uint port, string? socket, nuint flags);

    [LibraryImport(Library)]
    public static partial void mysql_close(nint mysql);

    [LibraryImport(Library)]
    public static partial byte* mysql_error(nint mysql);

    [LibraryImport(Library)]
    public static partial void mysql_thread_end();

    [LibraryImport(Library)]
    public static partial nint mysql_stmt_init(nint mysql);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_prepare(nint statement, byte* query, nuint octets);

    [LibraryImport(Library)]
    public static partial nuint mysql_stmt_param_count(nint statement);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_bind_param(nint statement, Bind* parameters);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_execute(nint statement);

    [LibraryImport(Library)]
    public static partial nint mysql_stmt_result_metadata(nint statement);

    [LibraryImport(Library)]
    public static partial uint mysql_stmt_field_count(nint statement);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_bind_result(nint statement, Bind* columns);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_store_result(nint statement);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_fetch(nint statement);

    [LibraryImport(Library)]
    public static partial int mysql_stmt_fetch_column(nint statement, Bind* column, uint index, nuint offset);

    [LibraryImport(Library)]
    public static partial byte mysql_stmt_close(nint statement);

    [LibraryImport(Library)]
    public static partial byte* mysql_stmt_error(nint statement);

    /// <summary>The next column's MYSQL_FIELD, whose first member is the name.</summary>
    [LibraryImport(Library)]
    public static partial byte** mysql_fetch_field(nint result);

    [LibraryImport(Library)]
    public static partial void mysql_free_result(nint result);

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
