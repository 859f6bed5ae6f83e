using System.Runtime.InteropServices;
using System.Text;
using static MailCluster.Auth.Drivers.Sql.LibMariaDb;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>One connection through libmariadb. Used by one thread at a time.</summary>
internal sealed unsafe class MySqlConnection : IDisposable
{
    private nint _handle;

    /// <exception cref="DatabaseException">The server cannot be reached or refuses.</exception>
    public MySqlConnection(MySqlOptions options, TimeSpan timeout)
    {
        _handle = mysql_init(0);
        if (_handle == 0) throw new DatabaseException("MySQL: out of memory");
        var seconds = (uint)Math.Max(1, Math.Ceiling(timeout.TotalSeconds));
        Option(OptConnectTimeout, seconds);
        Option(OptReadTimeout, seconds);
        Option(OptWriteTimeout, seconds);
        // A server must not make the client read files.
        Option(OptLocalInfile, 0);
        Option(OptCharset, "utf8mb4");
        // The switches are one octet (my_bool).
        OptionFlag(OptSslEnforce, options.RequiresTls);
        OptionFlag(OptVerifyServerCertificate, options.VerifiesServer);
        if (options.AuthorityFile is { } file) Option(OptSslCa, file);
        if (mysql_real_connect(_handle, options.Host, options.User, options.Password, options.Database, options.Port, options.Socket, 0) == 0)
        {
            var problem = Text(mysql_error(_handle));
            Dispose();
            throw new DatabaseException($"MySQL: {problem}");
        }
    }

    /// <summary>Runs a prepared query.</summary>
    /// <exception cref="DatabaseException">The server cannot be reached or refuses.</exception>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Query(SqlStatement statement, string[] values, int rowsMax)
    {
        var prepared = mysql_stmt_init(_handle);
        if (prepared == 0) throw new DatabaseException($"MySQL: {Text(mysql_error(_handle))}");
        try
        {
            var text = Encoding.UTF8.GetBytes(statement.Text);
            fixed (byte* query = text) Check(prepared, mysql_stmt_prepare(prepared, query, (nuint)text.Length));
            if ((int)mysql_stmt_param_count(prepared) != values.Length)
                throw new DatabaseException("MySQL: the query has a ? of its own; write values as variables or literals");
            Execute(prepared, values);
            return Rows(prepared, rowsMax);
        }
        finally
        {
            _ = mysql_stmt_close(prepared);
        }
    }

    public void Dispose()
    {
        if (_handle != 0) mysql_close(_handle);
        _handle = 0;
    }

    private static void Execute(nint prepared, string[] values)
    {
        // One block for all values, fixed while the library reads it.
        var octets = values.Select(Encoding.UTF8.GetBytes).ToArray();
        var block = octets.SelectMany(static value => value).Append((byte)0).ToArray();
        var lengths = octets.Select(static value => (nuint)value.Length).Append((nuint)0).ToArray();
        var binds = new Bind[values.Length + 1];
        fixed (byte* data = block)
        fixed (nuint* length = lengths)
        fixed (Bind* bind = binds)
        {
            var offset = 0;
            for (var i = 0; i < values.Length; i++)
            {
                bind[i] = new Bind { Buffer = data + offset, BufferLength = lengths[i], Length = length + i, BufferType = TypeString };
                offset += octets[i].Length;
            }

            if (values.Length > 0) Check(prepared, mysql_stmt_bind_param(prepared, bind));
            Check(prepared, mysql_stmt_execute(prepared));
        }
    }

    private static List<IReadOnlyDictionary<string, string>> Rows(nint prepared, int rowsMax)
    {
        var rows = new List<IReadOnlyDictionary<string, string>>();
        var names = Names(prepared);
        if (names.Length == 0) throw new DatabaseException("MySQL: the query gives no rows; expected a SELECT");
        // First each length is asked for, then the value is fetched into a buffer of that size.
        var lengths = new nuint[names.Length];
        var nulls = new byte[names.Length];
        var binds = new Bind[names.Length];
        fixed (nuint* length = lengths)
        fixed (byte* isNull = nulls)
        fixed (Bind* bind = binds)
        {
            for (var i = 0; i < names.Length; i++) bind[i] = new Bind { Length = length + i, IsNull = isNull + i, BufferType = TypeString };
            Check(prepared, mysql_stmt_bind_result(prepared, bind));
            Check(prepared, mysql_stmt_store_result(prepared));
            while (rows.Count < rowsMax)
            {
                var fetched = mysql_stmt_fetch(prepared);
                if (fetched == NoData) break;
                if (fetched != DataTruncated) Check(prepared, fetched);
                var row = new Dictionary<string, string>(StringComparer.Ordinal);
                for (var i = 0; i < names.Length; i++)
                {
                    if (isNull[i] == 0) row[names[i]] = Column(prepared, (uint)i, (int)length[i]);
                }

                rows.Add(row);
            }
        }

        return rows;
    }

    private static string Column(nint prepared, uint index, int octets)
    {
        if (octets == 0) return "";
        var value = new byte[octets];
        nuint length = 0;
        byte isNull = 0;
        fixed (byte* data = value)
        {
            var bind = new Bind { Buffer = data, BufferLength = (nuint)octets, Length = &length, IsNull = &isNull, BufferType = TypeString };
            Check(prepared, mysql_stmt_fetch_column(prepared, &bind, index, 0));
        }

        return Encoding.UTF8.GetString(value.AsSpan(0, (int)Math.Min(length, (nuint)octets)));
    }

    private static string[] Names(nint prepared)
    {
        var names = new string[mysql_stmt_field_count(prepared)];
        var metadata = mysql_stmt_result_metadata(prepared);
        if (metadata == 0) return [];
        for (var i = 0; i < names.Length; i++) names[i] = Text(*mysql_fetch_field(metadata));
        mysql_free_result(metadata);
        return names;
    }

    private static void Check(nint prepared, int result)
    {
        if (result != 0) throw new DatabaseException($"MySQL: {Text(mysql_stmt_error(prepared))}");
    }

    private void Option(int option, uint value) => _ = mysql_options(_handle, option, &value);

    private void OptionFlag(int option, bool value)
    {
        var flag = value ? (byte)1 : (byte)0;
        _ = mysql_options(_handle, option, &flag);
    }

    private void Option(int option, string value)
    {
        var text = Marshal.StringToCoTaskMemUTF8(value);
        _ = mysql_options(_handle, option, (void*)text);
        Marshal.FreeCoTaskMem(text);
    }
}
