using System.Collections.Immutable;
using MailCluster.ManageSieve;
using MailCluster.Node.Configuration;
using MailCluster.Sieve;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Node.Hosting;

/// <summary>The Sieve language in the node: one compiler for all that look at scripts, and ManageSieve.</summary>
internal static class SieveServices
{
    /// <summary>What has to be asked for in the configuration and is not carried out either: there are no programs, and reports go nowhere.</summary>
    private static readonly ImmutableArray<string> s_refused = ["vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "vnd.dovecot.report"];

    /// <exception cref="NodeStartException">The configuration asks for what is not carried out.</exception>
    public static IServiceCollection AddSieve(this IServiceCollection services, NodeOptions options)
    {
        var compiler = options.SieveLanguage.Compiler;
        services.TryAddSingleton(compiler with
        {
            ScriptBytesMax = options.SieveScripts.Size,
            PersonalExtensions = CarriedOut(compiler.PersonalExtensions, "sieve.extensions"),
            GlobalExtensions = CarriedOut(compiler.GlobalExtensions, "sieve.global-extensions"),
        });
        services.TryAddSingleton(options.SieveLanguage.Limits);
        services.TryAddSingleton(options.SieveLanguage.Run);
        services.TryAddSingleton<SieveCompiler>();
        services.AddSingleton<IScriptChecker, PersonalScripts>();
        services.AddSingleton(provider => ToManageSieve(
            options, provider.GetRequiredService<SieveCompiler>(), provider.GetRequiredService<SieveRunLimits>()));
        return services.AddMailClusterManageSieve();
    }

    /// <summary>No script is taken that counts on something that would not happen.</summary>
    private static ImmutableArray<string> CarriedOut(ImmutableArray<string> extensions, string key) =>
        extensions.FirstOrDefault(s_refused.Contains) is { } refused
            ? throw new NodeStartException($"{key}: deliveries do not carry out {refused}")
            : extensions.RemoveRange(SieveLanguageSettings.WithoutEffect);

    private static ManageSieveOptions ToManageSieve(NodeOptions node, SieveCompiler compiler, SieveRunLimits limits)
    {
        var extensions = compiler.ExtensionsOf(SieveScope.Personal);
        return new ManageSieveOptions
        {
            Implementation = node.ManageSieve.ShowVersion ? $"MailCluster {NodeHost.Version}" : "MailCluster",
            ScriptSizeMax = node.SieveScripts.Size,
            Extensions = [.. extensions],
            RedirectsMax = limits.RedirectsMax,

            // The one method that the program has (RFC 5436).
            NotifyMethods = extensions.Contains("enotify") ? ["mailto"] : [],
            BadCommandsMax = node.ManageSieve.BadCommands,
            FailedLoginsMax = node.ManageSieve.FailedLogins,
        };
    }

    /// <summary>Users' own scripts.</summary>
    private sealed class PersonalScripts(SieveCompiler compiler) : IScriptChecker
    {
        public ImmutableArray<SieveDiagnostic> Check(ReadOnlySpan<byte> script) => compiler.Compile(script, SieveScope.Personal).Diagnostics;
    }
}
