using MailCluster.Sieve.Compilation;
using MailCluster.Sieve.Syntax;

namespace MailCluster.Sieve;

/// <summary>
/// Makes programs of scripts. It reads by the grammar alone, then checks each command against the table of commands and writes its operation; so it goes on
/// after an error and finds the others. Safe for use from several threads; it keeps nothing of a script.
/// </summary>
public sealed class SieveCompiler
{
    private readonly SieveCompilerOptions _options;

    /// <exception cref="ArgumentException">An extension that is to be allowed is not known.</exception>
    public SieveCompiler(SieveCompilerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var name in options.PersonalExtensions.Concat(options.GlobalExtensions))
        {
            if (!SieveExtensions.IsKnown(name))
                throw new ArgumentException($"There is no Sieve extension '{name}'.", nameof(options));
        }

        _options = options;
    }

    /// <summary>What <c>require</c> takes in this scope.</summary>
    public IReadOnlyList<string> ExtensionsOf(SieveScope scope) => scope == SieveScope.Global ? _options.GlobalExtensions : _options.PersonalExtensions;

    /// <summary>Compiles a script. Never throws for what the bytes are.</summary>
    public SieveCompilation Compile(ReadOnlySpan<byte> source, SieveScope scope)
    {
        var isTooLong = source.Length > _options.ScriptBytesMax;
        var text = new SourceText(isTooLong ? ReadOnlyMemory<byte>.Empty : source.ToArray());
        var diagnostics = new Diagnostics(text, _options.DiagnosticsMax);
        if (isTooLong)
        {
            diagnostics.Error(0, $"the script has {source.Length} octets, more than {_options.ScriptBytesMax}", "split it, and include the parts");
            return new SieveCompilation(null, diagnostics.ToImmutable());
        }

        var commands = new SieveParser(text, diagnostics, _options).ReadScript();
        var compiler = new ScriptCompiler(text, diagnostics, _options, scope);
        var program = compiler.Compile(commands);
        return new SieveCompilation(diagnostics.HasErrors ? null : program, diagnostics.ToImmutable());
    }
}
